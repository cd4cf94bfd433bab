create  table `caspersdev`.`simulator`.`menus` (`id` integer ,`brand_id` integer ,`name` string )
    using delta;

insert overwrite `caspersdev`.`simulator`.`menus` values
          ('1','1','Sproutwick Garden Menu'),('2','2','Grainhollow Field Menu'), ...;

create  table `caspersdev`.`simulator`.`categories` (`id` integer ,`menu_id` integer ,`brand_id` integer ,`name` string )
    using delta;

insert overwrite `caspersdev`.`simulator`.`categories` values
          ('1','1','1','Leafy Salads'),('2','1','1','Hearty Salads'), ...;

create  table `caspersdev`.`simulator`.`menus` (`id` integer comment 'Key of the menu.',`brand_id` integer comment 'The brand whose menu it is.',`name` string comment 'Title of the menu.')
    using delta
    comment 'The menus of the brands, one or more each.';

insert overwrite `caspersdev`.`simulator`.`menus` values
          ('1','1','Sproutwick Garden Menu'),('2','2','Grainhollow Field Menu'), ...;

create  table `caspersdev`.`simulator`.`categories` (`id` integer comment 'Key of the section.',`menu_id` integer comment 'The menu it belongs to.',`brand_id` integer comment 'The brand of that menu.',`name` string comment 'Heading of the section.')
    using delta
    comment 'The sections of the menus.';

insert overwrite `caspersdev`.`simulator`.`categories` values
          ('1','1','1','Leafy Salads'),('2','1','1','Hearty Salads'), ...;

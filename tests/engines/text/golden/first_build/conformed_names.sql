create  table `caspersdev`.`simulator`.`conformed_names` (`priority` integer comment 'Of several words that fit a name the one with the lowest priority counts.',`kind` string comment 'What it is a word for.',`word` string comment 'A part of the name, in small letters.',`conformed_name` string comment 'The common name.')
    using delta
    comment 'Words by which the categories of menus and the cuisines of brands, each of which has a name of its own, are put under few common names. What has none of them keeps its own name, so a world may have no row at all.';

insert overwrite `caspersdev`.`simulator`.`conformed_names` values
          ('1','category','breakfast','Breakfast'),('2','category','waffle','Breakfast'), ...;

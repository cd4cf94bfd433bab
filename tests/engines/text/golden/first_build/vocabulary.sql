create  table `caspersdev`.`simulator`.`vocabulary` (`name` string comment 'What it is; docs/worlds.md lists all names.',`word` string comment 'What it is called, in small letters where it is no name.')
    using delta
    comment 'What things are called in this business: words for pages, reports and answers to complaints. Codes are the same in every business.';

insert overwrite `caspersdev`.`simulator`.`vocabulary` values
          ('business','Casper\'s Kitchens'),('currency','$'), ...;

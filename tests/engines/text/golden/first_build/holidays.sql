create  table `caspersdev`.`simulator`.`holidays` (`day_of_story` integer comment 'Day of the story, from 0; it begins again after the last one.',`holiday` string comment 'What people call it.')
    using delta
    comment 'The days of the story on which people order more or less than usual, as the generator knows them for the default start of a dataset.';

insert overwrite `caspersdev`.`simulator`.`holidays` values
          ('0','New Year\'s Day'),('14','Martin Luther King Jr. Day'), ...;

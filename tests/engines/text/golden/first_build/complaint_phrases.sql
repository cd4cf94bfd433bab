create  table `caspersdev`.`simulator`.`complaint_phrases` (`number` integer comment 'Their order, which a drawn phrase depends on.',`kind` string comment 'When it is said; docs/worlds.md lists all kinds.',`phrase` string comment 'The words, with the order\'s own minutes and items in the place of names in braces.')
    using delta
    comment 'What customers write when they complain, and by which words of it the policy tells how bad it was. Of a kind one is drawn for each complaint.';

insert overwrite `caspersdev`.`simulator`.`complaint_phrases` values
          ('1','late','It took {minutes} minutes, {late} more than the {promised} I was promised.'),('2','late','I was told {promised} minutes and waited {minutes}.'), ...;

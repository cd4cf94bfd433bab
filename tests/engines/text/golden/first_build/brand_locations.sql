create  table `caspersdev`.`simulator`.`brand_locations` (`brand_location_id` integer comment 'Key of the row.',`brand_id` integer comment 'The brand that cooks.',`location_id` integer comment 'The kitchen in which it cooks.',`start_day` integer comment 'First day on which the brand cooks in this kitchen; 0 is there from the start.',`end_day` integer comment 'First day on which the brand does not cook in this kitchen any more; empty while it is open. With 60 its last orders are placed on day 59.',`trajectory` string comment 'The brand\'s story here in a word: growing, steady, declining, launching (opens during the simulated days) or leaving (closes during them).',`growth_rate_monthly` double comment 'Growth per thirty days of the brand\'s share of the kitchen\'s customers, as a fraction, relative to the kitchen\'s other brands. How many orders there are in all is in locations.')
    using delta
    comment 'Which brand cooks in which kitchen, from when until when. Days count from day 0 of the dataset.';

insert overwrite `caspersdev`.`simulator`.`brand_locations` values
          ('1','1','1','0',NULL,'growing','0.34'),('2','2','1','0',NULL,'growing','0.30'), ...;

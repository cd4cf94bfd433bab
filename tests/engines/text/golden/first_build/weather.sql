create  table `caspersdev`.`simulator`.`weather` (`location_id` integer comment 'The kitchen.',`day_number` integer comment 'Day of the story, from 0; it begins again after the last one.',`high_c` double comment 'The warmest of the day, degrees Celsius.',`low_c` double comment 'The coldest of the day, degrees Celsius.',`precipitation_mm` double comment 'Rain or melted snow of the day, millimetres.',`starts_hour` integer comment 'The hour of the day in which it begins; empty on a dry day.',`ends_hour` integer comment 'The hour of the day before which it ends, up to 24; empty on a dry day.')
    using delta
    comment 'The weather of each kitchen on the days of the story, which repeats with it. It snows where high_c is 1 or less.';

insert overwrite `caspersdev`.`simulator`.`weather` values
          ('1','0','16.1','10.8','0.0',NULL,NULL),('1','1','12.4','7.8','14.2','16','24'), ...;

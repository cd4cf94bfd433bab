create  table `caspersdev`.`simulator`.`brand_locations` (`brand_location_id` integer ,`brand_id` integer ,`location_id` integer ,`start_day` integer ,`end_day` integer ,`trajectory` string ,`growth_rate_monthly` double )
    using delta;

insert overwrite `caspersdev`.`simulator`.`brand_locations` values
          ('1','1','1','0',NULL,'growing','0.34'),('2','2','1','0',NULL,'growing','0.30'), ...;

create  table `caspersdev`.`simulator`.`brands` (`brand_id` integer comment 'Key of the brand.',`name` string comment 'Name under which customers find the brand.',`cuisine_type` string comment 'What it cooks, in a word or three.',`avg_prep_time_min` double comment 'Mean minutes on a station. Salads and juices are quick, barbecue is slow.')
    using delta
    comment 'The brands that exist only for delivery. Each has something to sell, and is cooked in the kitchens of brand_locations.';

insert overwrite `caspersdev`.`simulator`.`brands` values
          ('1','Sproutwick Salads','Salads','4'),('2','Grainhollow Bowls','Grain bowls','6'), ...;

create  table `caspersdev`.`simulator`.`brands` (`brand_id` integer ,`name` string ,`cuisine_type` string ,`avg_prep_time_min` double )
    using delta;

insert overwrite `caspersdev`.`simulator`.`brands` values
          ('1','Sproutwick Salads','Salads','4'),('2','Grainhollow Bowls','Grain bowls','6'), ...;

create  table `caspersdev`.`simulator`.`locations` (`location_id` integer ,`location_code` string ,`name` string ,`address` string ,`lat` double ,`lon` double ,`radius_mi` double ,`stations` integer ,`base_orders_day` integer ,`growth_rate_daily` double ,`narrative` string )
    using delta;

insert overwrite `caspersdev`.`simulator`.`locations` values
          ('1','sf','San Francisco','214 Gullrigging Street San Francisco CA 94105','37.7890','-122.3942','4','6','171','0.006222','San Francisco grows steadily week after week and the health brands lead the way.'),('2','sv','Silicon Valley','62 Solderpine Avenue Mountain View CA 94041','37.3894','-122.0819','5','5','53','0.012131','Silicon Valley explodes: orders triple in ninety days with a late-night peak from 21:00 to 01:00 and no weekly rhythm.'), ...;

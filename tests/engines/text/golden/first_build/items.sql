create  table `caspersdev`.`simulator`.`items` (`id` integer ,`category_id` integer ,`menu_id` integer ,`brand_id` integer ,`name` string ,`price` decimal(10,2) )
    using delta;

insert overwrite `caspersdev`.`simulator`.`items` values
          ('1','1','1','1','Orchard Crunch Salad','12.45'),('2','1','1','1','Charred Romaine and Lemon','11.95'), ...;

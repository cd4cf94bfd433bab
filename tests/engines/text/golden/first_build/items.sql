create  table `caspersdev`.`simulator`.`items` (`id` integer comment 'Key of the item; order lines carry it.',`category_id` integer comment 'The section it belongs to.',`menu_id` integer comment 'The menu it belongs to.',`brand_id` integer comment 'The brand that cooks it.',`name` string comment 'What the customer reads.',`price` decimal(10,2) comment 'Price in dollars for one, exact to the cent.')
    using delta
    comment 'Everything that can be ordered, with its price.';

insert overwrite `caspersdev`.`simulator`.`items` values
          ('1','1','1','1','Orchard Crunch Salad','12.45'),('2','1','1','1','Charred Romaine and Lemon','11.95'), ...;

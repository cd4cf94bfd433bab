create  table `caspersdev`.`simulator`.`event_types` (`event_type_id` integer comment 'Key of the step in the dataset.',`event_type` string comment 'Name of the step in landed events.',`description` string comment 'What happens in this step, in a sentence.')
    using delta
    comment 'The steps of an order that bronze accepts. Python reads the same file (`common/reference/event_types.csv`).';

insert overwrite `caspersdev`.`simulator`.`event_types` values
          ('1','order_created','A customer places an order.'),('2','gk_started','The kitchen starts to cook it.'), ...;

create  table `caspersdev`.`simulator`.`cancellation_reasons` (`cancellation_reason` string comment 'Key of the reason; order_cancelled carries it.',`cancelled_by` string comment 'Who ends the order.',`description` string comment 'The reason as people read it.')
    using delta
    comment 'Why an order can be cancelled. Bronze accepts any other text as well; a data test warns of it. Python reads the same file (`common/reference/cancellation_reasons.csv`).';

insert overwrite `caspersdev`.`simulator`.`cancellation_reasons` values
          ('customer_changed_mind','customer','The customer cancels before the order is cooked.'),('item_unavailable','kitchen','The kitchen has run out of an item.'), ...;

create  table `caspersdev`.`simulator`.`rejection_reasons` (`rejection_code` string comment 'Key of the reason; models carry it.',`fault_group` string comment 'The kind of fault, under which gold_data_quality_day counts the line.',`reason` string comment 'The reason as people read it.')
    using delta
    comment 'Why bronze rejects a landed line, in the order in which it checks: the first reason that applies is the line\'s. Python reads the same file (`common/reference/rejection_reasons.csv`).';

insert overwrite `caspersdev`.`simulator`.`rejection_reasons` values
          ('file_not_gzip','unreadable','the file ends in .gz and is no gzip file'),('file_cut_off','unreadable','the compressed file ends too early'), ...;

-- (the relations of ai are asked for)

-- (the relations of complaints are asked for)

-- (the relations of lakeflow are asked for)

-- (the relations of recommender are asked for)

-- (the relations of simulator are asked for)

SHOW SCHEMAS IN `caspersdev`;

create or replace view `caspersdev`.`increments`.`pending` as select distinct changes.affected_model as model, changes.key_name, changes.key_value from `caspersdev`.`increments`.`changes` as changes left join (select model, upstream, max(change_number) as change_number from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on changes.affected_model = progress.model and changes.model = progress.upstream where changes.change_number > coalesce(progress.change_number, 0);

create schema if not exists `caspersdev`.`increments`;

create table if not exists `caspersdev`.`increments`.`changes` (model string, change_number bigint, affected_model string, key_name string, key_value string) using delta;

create table if not exists `caspersdev`.`increments`.`progress` (model string, upstream string, step bigint, change_number bigint, fingerprint string) using delta;

select (select count(*) from `caspersdev`.`increments`.`changes`) + (select count(*) from `caspersdev`.`increments`.`progress`);

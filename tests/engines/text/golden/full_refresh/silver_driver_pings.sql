select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_driver_pings' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'silver_driver_pings';

insert into `caspersdev`.`increments`.`changes` select 'silver_driver_pings', 5, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`lakeflow`.`silver_driver_pings`)

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

-- (descriptions become comments (COLUMN of silver_driver_pings))

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'landed_lines' as upstream, '[{"partition": "case when event_type = \'driver_ping\' then cast(event_ts as date) end"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'silver_driver_pings' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_customer' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_customer' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'dim_customer' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'dim_customer' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('dim_customer', 'silver_order_timeline', 'silver_order_items') group by model;

select count(*) from (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_customer' and key_name = 'partition') as affected;

-- (as in next_window: create or replace temporary view `dim_customer__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `dim_customer__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_customer` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_customer` AS JSON;

select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_customer' and key_name = 'partition';

select distinct 'fct_orders' as affected_model, 'first_order_key' as key_name, key_value from (select 'before' as moment, customer_key as changed_row, cast(first_order_key as string) as key_value from `caspersdev`.`lakeflow`.`dim_customer` where customer_key in (4611686018427387904, 77) union all select 'after' as moment, customer_key as changed_row, cast(first_order_key as string) as key_value from `dim_customer__dbt_tmp`) as compared where key_value is not null group by changed_row, key_value having count(distinct moment) = 1;

insert into `caspersdev`.`lakeflow`.`dim_customer` replace where customer_key in (4611686018427387904, 77) select `customer_key`, `customer_id`, `location_id`, `first_order_key`, `first_order_id`, `first_order_ts`, `first_order_day`, `cohort_week`, `latest_order_day`, `orders`, `orders_delivered`, `orders_cancelled`, `revenue`, `favourite_brand_id`, `is_repeat_customer` from `dim_customer__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('dim_customer', 'silver_order_timeline', 2, 4, '[{"partition": "customer_key"}]'), ('dim_customer', 'silver_order_items', 2, 4, '[{"partition": "(\\n        cast(conv(concat(substring(md5(customer_id), 31, 2),substring(md5(customer_id), 29, 2),substring(md5(customer_id), 27, 2),substring(md5(customer_id), 25, 2),substring(md5(customer_id), 23, 2),substring(md5(customer_id), 21, 2),substring(md5(customer_id), 19, 2),substring(md5(customer_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(customer_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]');

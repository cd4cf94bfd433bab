select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1)) as affected where day is not null;

select day from (select distinct cast(event_ts as date) as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select min(first_ts), max(last_ts) from (select min(event_ts) as first_ts, max(event_ts) as last_ts from `caspersdev`.`lakeflow`.`landed_lines` where rejection_code is null and load_number > 1 union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) from (select distinct order_id
    from `caspersdev`.`lakeflow`.`landed_lines`
    where rejection_code is null and load_number > 1) as affected)) as spans;

-- (as in next_window, but: create or replace temporary view `silver_order_timeline__dbt_tmp` as)
@@ -24 +23,0 @@
-        and event_ts between timestamp '2026-11-20 18:02:03+00:00' and timestamp '2026-11-20 21:29:00+00:00'
@@ -131 +130 @@
-        (order_day in (date '2026-11-20') or order_day in (select recomputed.order_day from recomputed))
+        (false or order_day in (select recomputed.order_day from recomputed))

DESCRIBE TABLE EXTENDED `silver_order_timeline__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1)) as affected where day is not null;

select day from (select distinct cast(event_ts as date) as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select distinct cast(order_day as string) as affected from `silver_order_timeline__dbt_tmp`;

select 'nothing is affected' as nothing;

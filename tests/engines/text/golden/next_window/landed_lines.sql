-- (as in first_build: select 'event_types' as seed, concat(cast(count(*) as string), ':',)

select file, max(file_bytes) from `caspersdev`.`lakeflow`.`landed_lines` group by file;

select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_lines' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'landed_lines' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'landed_lines' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'landed_lines' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('landed_lines', 'streamed_lines', 'event_types', 'locations', 'items') group by model;

select max(file) from `caspersdev`.`lakeflow`.`landed_lines`;

create or replace temporary view `landed_lines__dbt_tmp` as
      -- Grain: one row per landed line, in the order of landing (file, line_number).
with lines as (
    select
        numbered_lines.file,
        line_number,
        nullif(regexp_replace(if(line_number = 1, ltrim('\uFEFF', value), value), '\r$', ''), '') as line,
        cast(null as string) as rejection_code,
        file_bytes
    from (
        select
            file,
            cast(row_number() over (partition by file order by block_start, position) as bigint) as line_number,
            value
        from (
            select
                _metadata.file_name as file,
                _metadata.file_block_start as block_start,
                monotonically_increasing_id() as position,
                value
            from read_files('/Volumes/caspersdev/simulator/events/{window-000006115800000000-000006126600000000.jsonl}', format => 'text', lineSep => '\n')
        ) as read_lines
    ) as numbered_lines
    inner join (select file, file_bytes from (values ('window-000006115800000000-000006126600000000.jsonl', cast(1000 as bigint))) as sizes (file, file_bytes)) as file_sizes on numbered_lines.file = file_sizes.file
),
-- The business as three short lists in one row: a lookup in a list needs no join per basket line.
known as (
    select
        steps.event_types,
        kitchens.location_ids,
        menu.item_ids
    from (select array_agg(event_type) as event_types from `caspersdev`.`simulator`.`event_types`) as steps
    cross join (select array_agg(location_id) as location_ids from `caspersdev`.`simulator`.`locations`) as kitchens
    cross join (select array_agg(id) as item_ids from `caspersdev`.`simulator`.`items`) as menu
),
recognised as (
    select
        file,
        file_bytes,
        line_number,
        line,
        rejection_code as file_rejection_code,
        coalesce(
        line rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', line, ',"end"]')), '$[1]', 'string') = 'end',
        false
    ) as is_object
    from lines
),
parsed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        file_rejection_code,
        is_object,
        case when is_object then from_json(line, 'event_id string, event_type string, ts string, location_id string, order_id string, sequence string, body string') end as event
    from recognised
),
typed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        file_rejection_code,
        is_object,
        event.event_id as event_id,
        event.event_type as event_type,
        event.ts as ts,
        try_to_timestamp(event.ts, 'yyyy-MM-dd HH:mm:ss.SSS') as stamped_ts,
        event.location_id as location_text,
        try_cast(event.location_id as integer) as location_number,
        event.order_id as order_id,
        event.sequence as sequence_text,
        try_cast(event.sequence as integer) as sequence,
        event.body as body,
        coalesce(
        event.body rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', event.body, ',"end"]')), '$[1]', 'string') = 'end',
        false
    ) as body_is_object
    from parsed
),
-- Only what is judged below is read from a body, and only from the types that hold any of it.
-- An impossible time or kitchen becomes null here, so that no model downstream has to guard against the year 1.
opened as (
    select
        typed.*,
        known.event_types,
        known.item_ids,
        case
            when stamped_ts >= timestamp '2000-01-01 00:00:00' and stamped_ts < timestamp '2100-01-01 00:00:00'
                then stamped_ts
        end as event_ts,
        case
            when cast(location_number as string) = location_text and array_contains(known.location_ids, location_number)
                then location_number
        end as location_id,
        case when body_is_object and event_type = 'order_created' then transform(array(from_json(body, 'customer_lat string, customer_lon string, items array<struct<id: string, price: string, qty: string>>, customer_id string, payment string')), field0 -> named_struct('customer_lat', case when abs(try_cast(field0.customer_lat as double)) <= 1e308 then try_cast(field0.customer_lat as double) end, 'customer_lon', case when abs(try_cast(field0.customer_lon as double)) <= 1e308 then try_cast(field0.customer_lon as double) end, 'items', transform(field0.items, field1 -> named_struct('id', case when abs(try_cast(field1.id as double)) <= 1e308 then try_cast(field1.id as double) end, 'price', case when abs(try_cast(field1.price as double)) <= 1e308 then try_cast(field1.price as double) end, 'qty', case when abs(try_cast(field1.qty as double)) <= 1e308 then try_cast(field1.qty as double) end)), 'customer_id', field0.customer_id, 'payment', field0.payment))[0] end as creation,
        case when body_is_object and event_type = 'driver_ping' then transform(array(from_json(body, 'loc_lat string, loc_lon string, driver_id string')), field0 -> named_struct('loc_lat', case when abs(try_cast(field0.loc_lat as double)) <= 1e308 then try_cast(field0.loc_lat as double) end, 'loc_lon', case when abs(try_cast(field0.loc_lon as double)) <= 1e308 then try_cast(field0.loc_lon as double) end, 'driver_id', field0.driver_id))[0] end as ping,
        case when body_is_object and event_type = 'delivered' then transform(array(from_json(body, 'delivered_lat string, delivered_lon string, driver_id string')), field0 -> named_struct('delivered_lat', case when abs(try_cast(field0.delivered_lat as double)) <= 1e308 then try_cast(field0.delivered_lat as double) end, 'delivered_lon', case when abs(try_cast(field0.delivered_lon as double)) <= 1e308 then try_cast(field0.delivered_lon as double) end, 'driver_id', field0.driver_id))[0] end as delivery,
        case when body_is_object and event_type in ('driver_arrived', 'driver_picked_up') then from_json(body, 'driver_id string') end as pickup,
        case when body_is_object and event_type = 'order_cancelled' then from_json(body, 'reason string') end as cancellation
    from typed
    cross join known
),
-- A payment is an object in an object: what is none must not make a body unreadable.
paid as (
    select
        *,
        case when coalesce(
        creation.payment rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', creation.payment, ',"end"]')), '$[1]', 'string') = 'end',
        false
    ) then transform(array(from_json(creation.payment, 'subtotal string, delivery_fee string, service_fee string, tax string, tip string, discount string, total string')), field0 -> named_struct('subtotal', case when abs(try_cast(field0.subtotal as double)) <= 1e308 then try_cast(field0.subtotal as double) end, 'delivery_fee', case when abs(try_cast(field0.delivery_fee as double)) <= 1e308 then try_cast(field0.delivery_fee as double) end, 'service_fee', case when abs(try_cast(field0.service_fee as double)) <= 1e308 then try_cast(field0.service_fee as double) end, 'tax', case when abs(try_cast(field0.tax as double)) <= 1e308 then try_cast(field0.tax as double) end, 'tip', case when abs(try_cast(field0.tip as double)) <= 1e308 then try_cast(field0.tip as double) end, 'discount', case when abs(try_cast(field0.discount as double)) <= 1e308 then try_cast(field0.discount as double) end, 'total', case when abs(try_cast(field0.total as double)) <= 1e308 then try_cast(field0.total as double) end))[0] end as payment,
        coalesce(
            creation.customer_id, ping.driver_id, delivery.driver_id, pickup.driver_id, cancellation.reason
        ) as named
    from opened
),
-- The first condition that holds gives the code (common/reference/rejection_reasons.csv, in the same order).
-- A whole number survives the cast to an integer and back; 1.7 and '1e3' do not, and a customer cannot buy one
-- and a half of a dish. More than 10,000 pieces, 100,000 dollars or a thousand lines would not fit into the types
-- of the tables that follow. A missing coordinate or person leaves a gap in an event; an impossible one, or a basket
-- or payment that cannot be charged, makes the line no event at all.
judged as (
    select
        *,
        case
            when file_rejection_code is not null then file_rejection_code
            when line is null then 'blank_line'
            when not is_object then 'not_an_object'
            when event_id is null or event_id = '' then 'event_id_missing'
            when event_type is null then 'event_type_missing'
            when not coalesce(array_contains(event_types, event_type), false) then 'event_type_unknown'
            when ts is null then 'ts_missing'
            when stamped_ts is null then 'ts_malformed'
            when event_ts is null then 'ts_impossible'
            when order_id is null or order_id = '' then 'order_id_missing'
            when location_text is null then 'location_id_missing'
            when location_number is null or cast(location_number as string) <> location_text
                then 'location_id_malformed'
            when location_id is null then 'location_id_unknown'
            when sequence_text is null then 'sequence_missing'
            when sequence is null or cast(sequence as string) <> sequence_text then 'sequence_malformed'
            when body is null then 'body_missing'
            when not body_is_object then 'body_not_an_object'
            when event_type = 'order_created' and coalesce(array_size(creation.items), 0) = 0
                then 'basket_unreadable'
            when exists(creation.items, item -> coalesce(try_cast(item.id as integer) <> item.id, true) or not array_contains(item_ids, try_cast(item.id as integer))) then 'item_unknown'
            when exists(creation.items, item -> coalesce(try_cast(item.qty as integer) <> item.qty, true) or item.qty <= 0 or item.qty > 10000 or item.price is null or item.price < 0 or item.qty * item.price >= 100000) then 'item_impossible'
            when array_size(creation.items) > 1000 then 'basket_too_long'
            when
                abs(coalesce(creation.customer_lat, ping.loc_lat, delivery.delivered_lat)) > 90
                or abs(coalesce(creation.customer_lon, ping.loc_lon, delivery.delivered_lon)) > 180
                then 'coordinate_impossible'
            when
                creation.payment is not null
                and (
                    payment.subtotal is null or payment.delivery_fee is null or payment.service_fee is null
                    or payment.tax is null or payment.tip is null or payment.discount is null or payment.total is null
                )
                then 'payment_unreadable'
            when
                least(
                    payment.subtotal, payment.delivery_fee, payment.service_fee, payment.tax, payment.tip,
                    payment.discount, payment.total
                ) < 0
                or greatest(
                    payment.subtotal, payment.delivery_fee, payment.service_fee, payment.tax, payment.tip,
                    payment.discount, payment.total
                ) >= 1000000000
                then 'payment_impossible'
            -- The text of an object or of a list.
            when substr(named, 1, 1) in ('{', '[') then 'text_malformed'
        end as rejection_code
    from paid
),
read_now as (
    select
        file,
        line_number,
        file_bytes,
        case when rejection_code is not null then line end as raw_line,
        rejection_code,
        event_id,
        case when rejection_code is null then (
        cast(conv(concat(substring(md5(event_id), 31, 2),substring(md5(event_id), 29, 2),substring(md5(event_id), 27, 2),substring(md5(event_id), 25, 2),substring(md5(event_id), 23, 2),substring(md5(event_id), 21, 2),substring(md5(event_id), 19, 2),substring(md5(event_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(event_id), 18, 1), 16, 10) as bigint) div 2
    ) end as event_key,
        event_type,
        ts,
        event_ts,
        location_id,
        order_id,
        sequence,
        body
    from judged
),
arrived as  (
    select * from read_now
),
-- All of history is searched by key alone first; the rows themselves are read only where one is found.
known_keys as (
    select event_key from `caspersdev`.`lakeflow`.`landed_lines`
    where event_key in (select arrived.event_key from arrived where arrived.event_key is not null)
),
already_loaded as (
    select
        event_id,
        min(file) as first_file
    from `caspersdev`.`lakeflow`.`landed_lines`
    where
        event_key in (select known_keys.event_key from known_keys)
        and file not in (select arrived.file from arrived)
    group by event_id
),
counted as (
    select
        compared.*,
        compared.is_later_copy or coalesce(already_loaded.first_file < compared.file, false) as is_copy
    from (
        select
            arrived.*,
            row_number() over (
                partition by event_key, event_id, rejection_code is null order by file, line_number, ts, body
            ) > 1 as is_later_copy,
            max(case when rejection_code is null then event_ts end) over (partition by file) as arrived_ts
        from arrived
    ) as compared
    left join already_loaded on compared.event_id = already_loaded.event_id
),
final as (
    select
        file,
        line_number,
        file_bytes,
        regexp_replace(file, '([.]jsonl|[.]jsonl[.]gz)$', '') as landed_window,
        2 as load_number,
        cast(current_timestamp() as timestamp) as loaded_at,
        rejection_code,
        rejection_code is null and is_copy as is_duplicate,
        raw_line,
        event_key,
        event_id,
        event_type,
        ts,
        event_ts,
        arrived_ts,
        location_id,
        order_id,
        sequence,
        body
    from counted
)
select * from final
-- In the order of landing, so that engines can skip the blocks that hold nothing of a window.
order by file, line_number;

DESCRIBE TABLE EXTENDED `landed_lines__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`landed_lines` AS JSON;

select distinct cast(file as string) as replaced from `landed_lines__dbt_tmp` where file is not null;

insert into `caspersdev`.`increments`.`changes` select 'landed_lines', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'gold_data_quality_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_rejected_lines_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'silver_driver_pings', 'key_name', 'partition', 'key_value', cast(value_2 as string)), named_struct('affected_model', 'silver_order_items', 'key_name', 'partition', 'key_value', cast(value_3 as string)), named_struct('affected_model', 'silver_order_timeline', 'key_name', 'partition', 'key_value', cast(value_4 as string)))) as change from (select distinct value_1, value_2, value_3, value_4 from (select coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as value_1, case when event_type = 'driver_ping' then cast(event_ts as date) end as value_2, case when event_type = 'order_created' then cast(event_ts as date) end as value_3, (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_4 from `caspersdev`.`lakeflow`.`landed_lines` where file in ('window-000006115800000000-000006126600000000.jsonl') union all select coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as value_1, case when event_type = 'driver_ping' then cast(event_ts as date) end as value_2, case when event_type = 'order_created' then cast(event_ts as date) end as value_3, (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_4 from `landed_lines__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`landed_lines` replace where file in ('window-000006115800000000-000006126600000000.jsonl') select `file`, `line_number`, `file_bytes`, `landed_window`, `load_number`, `loaded_at`, `rejection_code`, `is_duplicate`, `raw_line`, `event_key`, `event_id`, `event_type`, `ts`, `event_ts`, `arrived_ts`, `location_id`, `order_id`, `sequence`, `body` from `landed_lines__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('landed_lines', 'event_types', 2, 2, '4:1234567890'), ('landed_lines', 'locations', 2, 2, '4:1234567890'), ('landed_lines', 'items', 2, 2, '4:1234567890');

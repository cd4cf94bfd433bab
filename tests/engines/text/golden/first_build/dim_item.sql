-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`dim_item`
  (
    `item_id` comment 'The item.',
	`name` comment 'What the customer reads.',
	`price` comment 'Price of one, dollars.',
	`menu_id` comment 'Its menu.',
	`menu_name` comment 'The name of the menu.',
	`category_id` comment 'Its category on the menu.',
	`category_name` comment 'The name of the category on the menu, which no other menu has.',
	`category` comment 'The category in few words that are the same on all menus, found by the words of the seed `conformed_names`; its own name where none of them fits.',
	`brand_id` comment 'The brand that cooks it.',
	`brand_name` comment 'The name of the brand.',
	`cuisine` comment 'What the brand cooks, in its own words.',
	`cuisine_group` comment 'The kind of cooking in few words that are the same for all brands, found by the words of
the seed `conformed_names`; the kind itself where none of them fits.'
  )
  comment 'Gold. One row per item with menu, category, brand and cuisine.'
  as (
    -- Grain: one row per item.
with items as (
    select * from `caspersdev`.`simulator`.`items`
),
menus as (
    select * from `caspersdev`.`simulator`.`menus`
),
categories as (
    select * from `caspersdev`.`simulator`.`categories`
),
brands as (
    select * from `caspersdev`.`lakeflow`.`dim_brand`
),
conformed_categories as (
    select
        named_id,
        conformed_name
    from (
        select
            named.id as named_id,
            words.conformed_name,
            row_number() over (partition by named.id order by words.priority) as preference
        from categories as named
        inner join `caspersdev`.`simulator`.`conformed_names` as words
            on words.kind = 'category'
            and lower(named.name) like concat('%', words.word, '%')
    ) as fitting
    where preference = 1
),
final as (
    select
        items.id as item_id,
        items.name,
        items.price,
        items.menu_id,
        menus.name as menu_name,
        items.category_id,
        categories.name as category_name,
        coalesce(conformed_categories.conformed_name, categories.name) as category,
        items.brand_id,
        brands.name as brand_name,
        brands.cuisine,
        brands.cuisine_group
    from items
    left join menus on items.menu_id = menus.id
    left join categories on items.category_id = categories.id
    left join brands on items.brand_id = brands.brand_id
    left join conformed_categories on items.category_id = conformed_categories.named_id
)
select * from final
  );

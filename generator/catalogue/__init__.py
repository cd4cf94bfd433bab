"""The seeds, read and checked: kitchens, brands, menus and items."""

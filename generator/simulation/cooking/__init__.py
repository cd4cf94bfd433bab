"""From order to bag: dishes, equipment and stations."""

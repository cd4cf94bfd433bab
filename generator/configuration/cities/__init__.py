"""Plans of the cities that synthetic street networks are drawn from, one GeoJSON file each."""

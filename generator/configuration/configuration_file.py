"""The configuration file of one kitchen, read whole and checked whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.json_file import checked, read_json_object
from generator.configuration.kitchen_configuration import KitchenConfiguration

if TYPE_CHECKING:
    from pathlib import Path


def load_configuration(path: Path) -> KitchenConfiguration:
    """Read and check the configuration of one kitchen.

    Parameters
    ----------
    path
        A JSON file with keys of `KitchenConfiguration`.

    Returns
    -------
    KitchenConfiguration
        The values of the file, and defaults for what it omits.

    Raises
    ------
    UserError
        If the file cannot be read, is not JSON, or has unknown keys or impossible values; all of
        them are named with what is allowed.
    """
    return configuration_of(
        read_json_object(path, if_missing="name an existing configuration file"), path
    )


def configuration_of(values: dict[str, Any], path: Path) -> KitchenConfiguration:
    """Return the values of a configuration file as a configuration; errors as above."""
    configuration = checked(KitchenConfiguration, values, path)
    configuration._file = path  # noqa: SLF001 - a key of the file must not be able to set it
    return configuration

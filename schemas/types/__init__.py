"""Column types, one idea a file: identifiers, times, money, network values, codes and plain values."""

from schemas.types.codes import Category, Country, Currency
from schemas.types.identifiers import Identifier, UserId
from schemas.types.money import Money
from schemas.types.network import IpAddress, Website
from schemas.types.plain import Flag, Integer, Json, Labels, Text
from schemas.types.price import Price
from schemas.types.times import EventTime

__all__ = [
    "Category",
    "Country",
    "Currency",
    "EventTime",
    "Flag",
    "Identifier",
    "Integer",
    "IpAddress",
    "Json",
    "Labels",
    "Money",
    "Price",
    "Text",
    "UserId",
    "Website",
]

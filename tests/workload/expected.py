"""What the reference workload has to end with, computed without Spark.

Written from the description of the input in notebooks/setup.py, in whole numbers alone (money is
counted in cents) and with nothing but the standard library, so that it shares no code and no
arithmetic with what it judges.
"""

import datetime
import hashlib
from collections import defaultdict

YEAR_START = datetime.date(2025, 1, 1).toordinal()
LOAD_DAY = datetime.date(2025, 10, 1).toordinal()
BOOKING_DAY = datetime.date(2025, 9, 1).toordinal()

SHIPPED, RETURNED, RETURNING, CANCELLED = "shipped", "returned", "returning", "cancelled"


class Line:
    """One order line; `cents` is the price of one piece."""

    __slots__ = ("line", "order", "customer", "store", "product", "day", "quantity", "cents", "status")


def order_lines(count):
    """The input, in order of line_id."""
    orders = count // 4
    base = orders // 20
    for n in range(count):
        o = n // 4
        line = Line()
        line.line = n + 1
        line.order = o + 1
        line.customer = 1 + (o * 7919) % (base + o * base // orders)
        line.store = 1 + (o * 31 + o // 50) % 50
        line.product = 1 + (n * 6151 + n // 7) % (1500 + n * 1500 // count)
        line.day = YEAR_START + o * 365 // orders
        line.quantity = 1 + (n * 104729 + n // 11) % 7
        line.cents = 199 + (line.product * 3571) % 9800
        fate = (n * 7 + (n // 40) * 13) % 40
        line.status = RETURNED if fate < 2 else CANCELLED if fate == 2 else SHIPPED
        yield line


def known_on_load_day(lines):
    """What the starting state of the output tables was made from."""
    for line in lines:
        if line.day >= LOAD_DAY:
            continue
        if line.status == CANCELLED:
            line.status = SHIPPED
        elif line.status == RETURNED and line.day >= BOOKING_DAY:
            line.status = RETURNING
        yield line


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def date(ordinal):
    return datetime.date.fromordinal(ordinal).isoformat()


def outputs(lines):
    """{table: [row]}; a row is the list of its columns as canonical text."""
    customers, products, days, orders, returns = {}, {}, {}, {}, {}
    for line in lines:
        amount = line.quantity * line.cents
        shipped = line.status == SHIPPED
        returned = line.status in (RETURNED, RETURNING)
        for book, key, other in (
            (customers, line.customer, line.order),
            (products, line.product, line.customer),
        ):
            entry = book.get(key)
            if entry is None:
                # other keys, units, returned units, cents, first day, last day
                entry = book[key] = [set(), 0, 0, 0, line.day, line.day]
            entry[0].add(other)
            entry[1] += line.quantity if shipped else 0
            entry[2] += line.quantity if returned else 0
            entry[3] += amount if shipped else 0
            entry[4] = min(entry[4], line.day)
            entry[5] = max(entry[5], line.day)

        day = days.get((line.store, line.day))
        if day is None:
            day = days[line.store, line.day] = [set(), 0, defaultdict(int)]
        day[0].add(line.order)
        day[1] += line.quantity if shipped else 0
        day[2][line.product] += amount if shipped else 0

        order = orders.get(line.order)
        if order is None:
            order = orders[line.order] = [line.customer, line.store, line.day, 0, 0, 0, []]
        order[3] += 1
        order[4] += line.quantity
        order[5] += amount
        order[6].append(line.status)

        if returned:
            back = returns.setdefault((line.order, line.product), [line.day, 0, 0, ""])
            back[1] += line.quantity
            back[2] += amount
            back[3] = max(back[3], line.status)
    return {
        "customer_totals": [
            [str(key), str(len(e[0])), str(e[1]), str(e[2]), money(e[3]), date(e[4]), date(e[5])]
            for key, e in customers.items()
        ],
        "product_sales": [
            [str(key), str(e[1]), str(e[2]), money(e[3]), str(len(e[0])), date(e[4]), date(e[5])]
            for key, e in products.items()
        ],
        "store_days": [
            [str(store), date(day), str(len(e[0])), str(e[1]), money(sum(e[2].values())), best(e[2])]
            for (store, day), e in days.items()
        ],
        "orders": [
            [str(key), str(e[0]), str(e[1]), date(e[2]), str(e[3]), str(e[4]), money(e[5]), state(e[6])]
            for key, e in orders.items()
        ],
        "returns": [
            [str(order), str(product), date(e[0]), str(e[1]), money(e[2]), e[3]]
            for (order, product), e in returns.items()
        ],
    }


def best(by_product):
    """The product that brought in the most; of equals the one with the lowest number."""
    return str(min(by_product, key=lambda product: (-by_product[product], product)))


def state(statuses):
    if all(status == CANCELLED for status in statuses):
        return "cancelled"
    return "complete" if all(status == SHIPPED for status in statuses) else "changed"


def input_rows(lines):
    for e in lines:
        yield [
            str(e.line), str(e.order), str(e.customer), str(e.store), str(e.product), date(e.day),
            str(e.quantity), money(e.cents), e.status,
        ]


def checksum(rows):
    """(rows, checksum) as notebooks/shared/tables.py defines it."""
    count = total = 0
    for row in rows:
        digest = hashlib.md5("|".join(row).encode("utf-8")).hexdigest()
        total += int(digest[:15], 16)
        count += 1
    return count, str(total)


def expected(count):
    """({table: (rows, checksum)} with the input and both states of every output)."""
    result = {"order_lines": checksum(input_rows(order_lines(count)))}
    for name, rows in outputs(order_lines(count)).items():
        result[name] = checksum(rows)
    for name, rows in outputs(known_on_load_day(order_lines(count))).items():
        result[name + "_start"] = checksum(rows)
    return result


if __name__ == "__main__":
    import sys

    for table, (rows, total) in expected(int(sys.argv[1])).items():
        print(f"{table:24} {rows:8} {total}")

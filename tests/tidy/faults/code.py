"""Faults in Python and in the names and sizes of files."""

from tests.tidy import flow, names, purity
from tests.tidy.planted import ORDERS_QUERIES, Fault

ACTS = "doorstep/stages/orders/acts.py"
RULES = "doorstep/stages/orders/rules.py"
LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 60

FLOW = (
    Fault(
        flow.knowledge_flows_down,
        "inventory may not know orders",
        {
            "doorstep/stages/inventory/acts.py": "from doorstep.stages import orders\nasync def reserve(tx): ...\n"
        },
    ),
    Fault(
        flow.knowledge_flows_down,
        "platform may not know inventory",
        {"doorstep/platform/journal.py": "import doorstep.stages.inventory\n"},
    ),
    Fault(
        flow.knowledge_flows_down,
        "solvers may not know platform",
        {"doorstep/solvers/walk.py": "from doorstep.platform import journal\n"},
    ),
    Fault(
        flow.knowledge_flows_down,
        "world may not know app",
        {"doorstep/world/day.py": "from doorstep import app\n", "doorstep/app.py": ""},
    ),
    Fault(
        flow.knowledge_flows_down,
        "platform may not know orders",
        {"doorstep/platform/journal.py": "from ..stages.orders import acts\n"},
    ),
    Fault(flow.every_room_has_its_place, "the room reports has no place", {"doorstep/reports/day.py": ""}),
    Fault(
        flow.stages_are_entered_by_the_front_door,
        "orders reaches into doorstep.stages.inventory.acts",
        {ACTS: "from doorstep.stages.inventory.acts import reserve\n"},
    ),
    Fault(
        flow.stages_are_entered_by_the_front_door,
        "orders reaches into doorstep.stages.inventory.acts",
        {ACTS: "from doorstep.stages.inventory import acts\n"},
    ),
    Fault(
        flow.no_module_imports_itself_in_a_circle,
        "doorstep.stages.orders.acts -> doorstep.stages.orders.rules -> doorstep.stages.orders.acts",
        {
            ACTS: "from doorstep.stages.orders import rules\n",
            RULES: "from doorstep.stages.orders.acts import place\n",
        },
    ),
    Fault(
        flow.imports_stand_at_the_top,
        "the import of json hides in a function",
        {RULES: "def total(lines):\n    import json\n"},
    ),
    Fault(
        flow.modules_are_named_not_computed,
        "import_module imports by text",
        {RULES: "from importlib import import_module\nimport_module('doorstep.stages.' + 'orders')\n"},
    ),
    Fault(flow.the_house_does_not_know_its_tests, "the house imports pytest", {RULES: "import pytest\n"}),
)

PURITY = (
    Fault(purity.thinking_reaches_nothing_outside, "httpx reaches outside", {RULES: "import httpx\n"}),
    Fault(
        purity.thinking_reaches_nothing_outside,
        "psycopg.rows reaches outside",
        {"doorstep/solvers/walk.py": "from psycopg.rows import dict_row\n"},
    ),
    Fault(
        purity.thinking_reaches_nothing_outside,
        "doorstep.platform.journal reaches outside",
        {"doorstep/stages/orders/rules/holds.py": "from doorstep.platform.journal import move\n"},
    ),
    Fault(
        purity.thinking_gives_the_same_answer_twice,
        "datetime.now()",
        {"doorstep/stages/orders/model.py": "from datetime import UTC, datetime\nBORN = datetime.now(UTC)\n"},
    ),
    Fault(
        purity.thinking_gives_the_same_answer_twice,
        "random.shuffle()",
        {"doorstep/solvers/walk.py": "import random\nrandom.shuffle([1, 2])\n"},
    ),
    Fault(
        purity.thinking_gives_the_same_answer_twice,
        "random.Random()",
        {"doorstep/solvers/walk.py": "import random\nlucky = random.Random()\nrepeated = random.Random(7)\n"},
    ),
    Fault(purity.thinking_never_waits, "async def total", {RULES: "async def total(lines): ...\n"}),
    Fault(
        purity.sql_lives_in_named_statements,
        "SQL in a string",
        {RULES: 'WORST = """SELECT id\n  FROM orders.orders WHERE true"""\n'},
    ),
    Fault(
        purity.a_room_runs_its_own_statements,
        "loads the statements of doorstep.stages.inventory",
        {ACTS: 'Q = Statements("doorstep.stages.inventory")\n'},
    ),
    Fault(
        purity.no_statement_is_dead_or_missing,
        "nothing runs count_orders",
        {
            "doorstep/stages/orders/queries.sql": ORDERS_QUERIES
            + "\n-- name: count_orders\n-- How many there are.\nSELECT 1;\n"
        },
    ),
    Fault(
        purity.no_statement_is_dead_or_missing,
        "doorstep.stages.orders has no statement drop_orders",
        {
            "doorstep/stages/orders/jobs.py": 'Q = Statements("doorstep.stages.orders")\nprint(Q.drop_orders)\n'
        },
    ),
)

NAMES = (
    Fault(
        names.a_stage_holds_files_of_known_names,
        "no stage has a pricing.py",
        {"doorstep/stages/orders/pricing.py": ""},
    ),
    Fault(
        names.a_stage_holds_files_of_known_names,
        "no stage has a pricing",
        {"doorstep/stages/orders/pricing/rules.py": ""},
    ),
    Fault(
        names.the_house_has_the_stages_it_says,
        "billing is not a stage",
        {"doorstep/stages/billing/acts.py": ""},
    ),
    Fault(names.nothing_is_called_a_drawer, "utils says nothing", {"doorstep/platform/utils.py": ""}),
    Fault(names.nothing_is_called_a_drawer, "common says nothing", {"web/common/scan.ts": ""}),
    Fault(
        names.nothing_is_called_a_second_part,
        "rules_part2 is the second part",
        {"doorstep/stages/orders/rules/rules_part2.py": ""},
    ),
    Fault(names.nothing_is_called_a_second_part, "acts2 is the second part", {"doorstep/world/acts2.py": ""}),
    Fault(names.no_class_is_a_drawer, "class OrderManager", {RULES: "class OrderManager: ...\n"}),
    Fault(names.no_file_outgrows_its_page, "401 lines, 400 at most", {"tests/test_much.py": "x = 1\n" * 401}),
    Fault(names.no_file_outgrows_its_page, "1201 lines, 1200 at most", {"web/floor.css": "\n" * 1201}),
    Fault(names.no_function_outgrows_the_screen, "long has 61 lines, 60 at most", {RULES: LONG_FUNCTION}),
    Fault(
        names.no_function_outgrows_the_screen,
        "long has 71 lines, 70 at most",
        {"doorstep/solvers/walk.py": LONG_FUNCTION + "    x = 1\n" * 10},
    ),
    Fault(names.nothing_is_left_for_later, "is left for later", {RULES: "# TO" + "DO: kits\n"}),
    Fault(names.words_are_ours, "Cancelled is not a word", {RULES: '"""Cancelled orders."""\n'}),
    Fault(names.words_are_ours, "simply is not a word", {"docs/tour.md": "One simply scans.\n"}),
    Fault(names.nothing_tells_where_it_was_made, "/root/ names one machine", {RULES: 'HOME = "/root/x"\n'}),
    Fault(names.nothing_pretends, "Fake pretends", {RULES: "# Fake it\n"}),
)

FAULTS = (*FLOW, *PURITY, *NAMES)

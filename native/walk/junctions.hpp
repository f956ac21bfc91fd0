// What a partial tour leaves open at the junctions of its last aisle: the twin of doorstep/solvers/walk/junctions.py.

#pragma once

#include <cstdint>
#include <vector>

namespace doorstep {

// Eight bits per cross-aisle: 0 if untouched, else 2 * piece + (1 if the degree is odd).
using State = uint64_t;

constexpr int MOST_CROSSINGS = 8;

enum Touches { NONE, FRONT, BACK, APART, JOINED };

// A way to go on to the next aisle: how often each cross-aisle is walked, two bits each, and the state there.
struct Right {
    uint32_t times;
    State after;
};

State touch(State state, int crossings, int junction, int odd);
State add_vertical(State state, int crossings, int block, int odd_front, int odd_back, Touches touches);
const std::vector<Right>& go_right(State state, int crossings);
bool finished(State state, int crossings);

}  // namespace doorstep

#include "junctions.hpp"

#include <array>
#include <unordered_map>

namespace doorstep {

namespace {

using Marks = std::array<uint8_t, MOST_CROSSINGS>;

Marks unpacked(State state, int crossings) {
    Marks marks{};
    for (int k = 0; k < crossings; ++k) marks[k] = static_cast<uint8_t>(state >> (8 * k));
    return marks;
}

// Number the pieces from 1 by appearance.
State renumbered(const Marks& marks, int crossings) {
    std::array<uint8_t, 32> numbers{};
    uint8_t known = 0;
    State state = 0;
    for (int k = 0; k < crossings; ++k) {
        if (!marks[k]) continue;
        uint8_t& number = numbers[marks[k] >> 1];
        if (!number) number = ++known;
        state |= static_cast<State>(2 * number + (marks[k] & 1)) << (8 * k);
    }
    return state;
}

std::vector<Right> ways_right(State state, int crossings) {
    const Marks marks = unpacked(state, crossings);
    uint32_t pieces = 0;
    for (int k = 0; k < crossings; ++k)
        if (marks[k]) pieces |= 1U << (marks[k] >> 1);
    std::vector<int> open;  // cross-aisles with a choice: untouched ones have none, odd ones must be walked once
    uint32_t forced = 0;
    for (int k = 0; k < crossings; ++k) {
        if (!marks[k]) continue;
        if (marks[k] & 1)
            forced |= 1U << (2 * k);
        else
            open.push_back(k);
    }
    std::vector<Right> ways;
    const int choices = static_cast<int>(open.size());
    for (uint32_t choice = 0; choice < (1U << choices); ++choice) {
        uint32_t times = forced;
        for (int bit = 0; bit < choices; ++bit)  // the last cross-aisle changes fastest, as in itertools.product
            if (choice >> (choices - 1 - bit) & 1) times |= 2U << (2 * open[bit]);
        Marks after{};
        uint32_t joined = 0;
        for (int k = 0; k < crossings; ++k) {
            const uint32_t count = times >> (2 * k) & 3;
            if (!count) continue;
            after[k] = static_cast<uint8_t>((marks[k] & ~1) + (count & 1));
            joined |= 1U << (after[k] >> 1);
        }
        if (joined == pieces) ways.push_back({times, renumbered(after, crossings)});
    }
    return ways;
}

}  // namespace

State touch(State state, int crossings, int junction, int odd) {
    Marks marks = unpacked(state, crossings);
    if (!marks[junction]) marks[junction] = static_cast<uint8_t>(2 * (crossings + 1));
    marks[junction] ^= static_cast<uint8_t>(odd);
    return renumbered(marks, crossings);
}

State add_vertical(State state, int crossings, int block, int odd_front, int odd_back, Touches touches) {
    if (touches == NONE) return state;
    Marks marks = unpacked(state, crossings);
    if (touches != BACK && !marks[block]) marks[block] = static_cast<uint8_t>(2 * (crossings + 1));
    if (touches != FRONT && !marks[block + 1]) marks[block + 1] = static_cast<uint8_t>(2 * (crossings + 2));
    if (touches == JOINED) {
        const int kept = marks[block] >> 1, gone = marks[block + 1] >> 1;
        for (int k = 0; k < crossings; ++k)
            if (marks[k] >> 1 == gone) marks[k] = static_cast<uint8_t>(2 * kept + (marks[k] & 1));
    }
    marks[block] ^= static_cast<uint8_t>(odd_front);
    marks[block + 1] ^= static_cast<uint8_t>(odd_back);
    return renumbered(marks, crossings);
}

const std::vector<Right>& go_right(State state, int crossings) {
    thread_local std::array<std::unordered_map<State, std::vector<Right>>, MOST_CROSSINGS + 1> known;
    auto& ways = known[crossings];
    const auto found = ways.find(state);
    return found != ways.end() ? found->second : ways.emplace(state, ways_right(state, crossings)).first->second;
}

bool finished(State state, int crossings) {
    bool touched = false;
    for (int k = 0; k < crossings; ++k) {
        const uint8_t mark = static_cast<uint8_t>(state >> (8 * k));
        if (mark && mark != 2) return false;
        touched |= mark == 2;
    }
    return touched;
}

}  // namespace doorstep

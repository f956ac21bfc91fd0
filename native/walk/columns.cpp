#include "columns.hpp"

#include <algorithm>

namespace doorstep {

namespace {

int index_of(const std::vector<int64_t>& crossings, int64_t y) {
    const auto found = std::lower_bound(crossings.begin(), crossings.end(), y);
    return found != crossings.end() && *found == y ? static_cast<int>(found - crossings.begin()) : -1;
}

Action action(int odd_front, int odd_back, Touches touches, std::vector<Segment> edges) {
    int64_t cost = 0;
    for (const Segment& edge : edges) cost += (edge.high - edge.low) * edge.times;
    return {odd_front, odd_back, touches, cost, std::move(edges)};
}

// Walk from the first y to the last: once where the degree demands it, else there and back.
std::vector<Segment> walked(const std::vector<int64_t>& ys, const std::vector<int>& odds, int odd) {
    std::vector<Segment> edges;
    edges.reserve(ys.size());
    for (size_t k = 0; k + 1 < ys.size(); ++k) {
        edges.push_back({std::min(ys[k], ys[k + 1]), std::max(ys[k], ys[k + 1]), odd ? 1 : 2});
        if (k < odds.size()) odd ^= odds[k];
    }
    return edges;
}

std::vector<Segment> without(const std::vector<Segment>& edges, size_t gap) {
    std::vector<Segment> left;
    left.reserve(edges.size());
    for (size_t k = 0; k < edges.size(); ++k)
        if (k != gap) left.push_back(edges[k]);
    return left;
}

// Leave out one stretch that would be walked twice: the first, the last, or the longest between.
void with_gap(const std::vector<Segment>& edges, int odd_front, int odd_back, std::vector<Action>& ways) {
    if (edges.size() == 1) {
        if (!odd_front) ways.push_back({0, 0, NONE, 0, {}});
        return;
    }
    const size_t last = edges.size() - 1;
    if (edges[0].times == 2) ways.push_back(action(0, odd_back, BACK, without(edges, 0)));
    if (edges[last].times == 2) ways.push_back(action(odd_front, 0, FRONT, without(edges, last)));
    size_t gap = 0;
    for (size_t k = 1; k < last; ++k) {
        if (edges[k].times != 2) continue;
        if (!gap || edges[k].high - edges[k].low > edges[gap].high - edges[gap].low) gap = k;
    }
    if (gap) ways.push_back(action(odd_front, odd_back, APART, without(edges, gap)));
}

}  // namespace

std::vector<Column> columns_of(const std::vector<int64_t>& aisle_xs, const std::vector<int64_t>& crossings,
                               const std::vector<Spot>& spots, Spot start, Spot end) {
    std::vector<std::pair<Spot, int>> marks;
    for (const Spot& spot : spots) marks.push_back({spot, 0});
    marks.push_back({start, start != end});
    if (start != end) marks.push_back({end, 1});
    std::sort(marks.begin(), marks.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    marks.erase(std::unique(marks.begin(), marks.end(), [](const auto& a, const auto& b) { return a.first == b.first; }),
                marks.end());
    const int64_t left = marks.front().first.first, right = marks.back().first.first;
    const auto after = std::upper_bound(aisle_xs.begin(), aisle_xs.end(), left);
    const int64_t low = after == aisle_xs.begin() ? left : *(after - 1);
    const auto beyond = std::lower_bound(aisle_xs.begin(), aisle_xs.end(), right);
    const int64_t high = beyond == aisle_xs.end() ? right : *beyond;
    std::vector<Column> columns;
    size_t next = 0;
    auto aisle = std::lower_bound(aisle_xs.begin(), aisle_xs.end(), low);
    while (next < marks.size() || (aisle != aisle_xs.end() && *aisle <= high)) {
        const bool here = aisle != aisle_xs.end() && *aisle <= high &&
                          (next == marks.size() || *aisle <= marks[next].first.first);
        Column column{here ? *aisle : marks[next].first.first, here, {}, {}};
        if (here) ++aisle;
        for (; next < marks.size() && marks[next].first.first == column.x; ++next) {
            const int64_t y = marks[next].first.second;
            const int crossing = index_of(crossings, y);
            if (crossing < 0)
                column.stops.push_back({y, marks[next].second});
            else
                column.junctions.push_back({crossing, marks[next].second});
        }
        columns.push_back(std::move(column));
    }
    return columns;
}

void actions_of(const Column& column, int64_t low, int64_t high, std::vector<Action>& ways) {
    ways.clear();
    if (!column.aisle) {
        ways.push_back({0, 0, NONE, 0, {}});
        return;
    }
    std::vector<int64_t> ys{low};
    std::vector<int> odds;
    for (const Mark& stop : column.stops) {
        if (stop.first <= low || stop.first >= high) continue;
        ys.push_back(stop.first);
        odds.push_back(stop.second);
    }
    ys.push_back(high);
    for (int odd_front = 0; odd_front < 2; ++odd_front) {
        const std::vector<Segment> edges = walked(ys, odds, odd_front);
        const int odd_back = edges.back().times & 1;
        ways.push_back(action(odd_front, odd_back, JOINED, edges));
        with_gap(edges, odd_front, odd_back, ways);
    }
}

std::optional<Action> stub_of(const Column& column, const std::vector<int64_t>& crossings, bool back) {
    const int64_t limit = back ? crossings.back() : crossings.front();
    std::vector<Mark> beyond;
    for (const Mark& stop : column.stops)
        if (back ? stop.first > limit : stop.first < limit) beyond.push_back(stop);
    if (beyond.empty()) return std::nullopt;
    if (back) std::reverse(beyond.begin(), beyond.end());
    std::vector<int64_t> ys;
    std::vector<int> odds;
    for (const Mark& stop : beyond) ys.push_back(stop.first);
    for (size_t k = 1; k < beyond.size(); ++k) odds.push_back(beyond[k].second);
    ys.push_back(limit);
    const std::vector<Segment> edges = walked(ys, odds, beyond.front().second);
    return action(edges.back().times & 1, 0, FRONT, edges);
}

std::optional<Action> inner_walk(const Column& column, const std::vector<int64_t>& crossings) {
    if (!column.junctions.empty() || column.stops.empty()) return std::nullopt;
    const auto stretch = [&](int64_t y) { return std::lower_bound(crossings.begin(), crossings.end(), y); };
    if (stretch(column.stops.front().first) != stretch(column.stops.back().first)) return std::nullopt;
    std::vector<int64_t> ys;
    std::vector<int> odds;
    for (const Mark& stop : column.stops) ys.push_back(stop.first);
    for (size_t k = 1; k + 1 < column.stops.size(); ++k) odds.push_back(column.stops[k].second);
    return action(0, 0, NONE, walked(ys, odds, column.stops.front().second));
}

}  // namespace doorstep

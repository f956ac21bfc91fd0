#include "prices.hpp"

#include <algorithm>

#include "draws.hpp"
#include "walk/blocks.hpp"

namespace doorstep {

namespace {

constexpr size_t SMALLEST = size_t{1} << 10, LARGEST = size_t{1} << 19;

}  // namespace

BlockMeasure::BlockMeasure(std::vector<int64_t> xs, int64_t depth, int depot, std::vector<std::vector<int64_t>> offsets,
                           const std::vector<std::vector<std::pair<int, int>>>& picks)
    : xs_(std::move(xs)), depth_(depth), depot_(depot), offsets_(std::move(offsets)), works_(xs_.size()) {
    int words = 0;
    for (const auto& each : offsets_) {
        first_word_.push_back(words);
        words += static_cast<int>((each.size() + 63) / 64);
    }
    first_word_.push_back(words);
    words_ = static_cast<size_t>(words);
    all_.resize(words_);
    bits_.resize(words_ * picks.size());
    for (size_t order = 0; order < picks.size(); ++order)
        for (const auto& [aisle, rank] : picks[order])
            bits_[order * words_ + first_word_[aisle] + rank / 64] |= uint64_t{1} << (rank % 64);
}

int64_t BlockMeasure::of(const std::vector<int>& members) {
    std::fill(all_.begin(), all_.end(), 0);
    for (const int order : members) {
        const uint64_t* own = &bits_[order * words_];
        for (size_t word = 0; word < words_; ++word) all_[word] |= own[word];
    }
    for (size_t aisle = 0; aisle < offsets_.size(); ++aisle) {
        AisleWork work;
        const int64_t* offset = offsets_[aisle].data();
        for (int word = first_word_[aisle]; word < first_word_[aisle + 1]; ++word, offset += 64) {
            for (uint64_t left = all_[word]; left; left &= left - 1) work.pick(offset[__builtin_ctzll(left)]);
        }
        works_[aisle] = work.done(depth_);
    }
    return closed_length(xs_, works_, depth_, depot_);
}

AisleMeasure::AisleMeasure(std::vector<int64_t> xs, std::vector<int64_t> crossings, Spot start, std::vector<Spot> ends,
                           std::vector<std::vector<Spot>> spots)
    : xs_(std::move(xs)),
      crossings_(std::move(crossings)),
      start_(start),
      ends_(std::move(ends)),
      spots_(std::move(spots)) {}

int64_t AisleMeasure::of(const std::vector<int>& members) {
    std::vector<Spot> spots;
    for (const int order : members) spots.insert(spots.end(), spots_[order].begin(), spots_[order].end());
    int64_t best = -1;
    for (const Spot& end : ends_) {
        const int64_t length = shortest_edges(columns_of(xs_, crossings_, spots, start_, end), crossings_, nullptr);
        if (length >= 0 && (best < 0 || length < best)) best = length;
    }
    return best;
}

Prices::Prices(std::unique_ptr<Measure> measure, std::vector<int64_t> lines, Pace pace)
    : measure_(std::move(measure)), lines_(std::move(lines)), pace_(pace), known_(SMALLEST) {
    Draws draws(0);
    for (size_t k = 0; k < lines_.size(); ++k) marks.push_back(draws.next());
}

int64_t Prices::remembered(uint64_t mark, const std::vector<int>& members) {
    const int64_t length = priced(members);
    if (++used_ * 4 > known_.size() * 3) grow();
    known_[place(mark)] = {mark, length};
    return length;
}

void Prices::grow() {
    std::vector<Entry> before;
    before.swap(known_);
    const bool full = before.size() == LARGEST;
    known_.resize(full ? LARGEST : 2 * before.size());
    if (full) used_ = 1;
    for (const Entry& each : before)
        if (!full && each.mark) known_[place(each.mark)] = each;
}

int64_t Prices::priced(const std::vector<int>& members) {
    const int64_t length = measure_->of(members);
    if (pace_.limit_s < 0) return length;
    int64_t lines = 0;
    for (const int order : members) lines += lines_[order];
    const int64_t walking_s = (length + pace_.walk_mm_s - 1) / pace_.walk_mm_s;
    return pace_.setup_s + lines * pace_.line_s + walking_s > pace_.limit_s ? FAR_AWAY : length;
}

}  // namespace doorstep

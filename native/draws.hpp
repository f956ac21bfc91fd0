// Random draws that are the same in every language: the twin of doorstep/solvers/draws.py.
//
// Source: splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).

#pragma once

#include <cstdint>

namespace doorstep {

class Draws {
   public:
    explicit Draws(uint64_t seed) : state_(seed) {}

    // A whole number below 2^64.
    uint64_t next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }

    // A whole number in 0..limit-1; `limit` is at most 2^32.
    uint64_t below(uint64_t limit) { return ((next() >> 32) * limit) >> 32; }

   private:
    uint64_t state_;
};

}  // namespace doorstep

// A budget being spent, in seconds or in units of work: the twin of doorstep/solvers/budget.py.

#pragma once

#include <chrono>
#include <cstdint>

namespace doorstep {

class Meter {
   public:
    // Exactly one of the two is 0 or more; the other is below 0 and means no limit of that kind.
    Meter(double seconds, int64_t work)
        : timed_(seconds >= 0), start_(Clock::now()), seconds_(seconds), work_(work), left_(work) {}

    // Take `work` units; true when nothing is left.
    bool spent(int64_t work = 1) {
        if (!timed_) {
            left_ -= work;
            return left_ < 0;
        }
        return elapsed() >= seconds_;
    }

    // Whether the clock has run out; never true of a budget in units of work.
    bool late() const { return timed_ && elapsed() >= seconds_; }

    bool timed() const { return timed_; }
    double seconds() const { return seconds_; }
    int64_t work() const { return work_; }
    double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

   private:
    using Clock = std::chrono::steady_clock;
    bool timed_;
    Clock::time_point start_;
    double seconds_;
    int64_t work_;
    int64_t left_;
};

}  // namespace doorstep

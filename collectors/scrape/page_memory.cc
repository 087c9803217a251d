#include "collectors/scrape/page_memory.h"

#include <functional>
#include <utility>

namespace lapwing::collectors::scrape {
namespace {

// Vanished lines are kept for their return, up to a quarter of those that are live and this.
constexpr std::size_t kKeptVanished = 256;

}  // namespace

std::uint32_t PageMemory::hash_of(std::string_view text) {
  const std::uint64_t hash = std::hash<std::string_view>()(text);
  return std::uint32_t(hash ^ (hash >> 32));
}

std::uint32_t PageMemory::find(std::string_view text) const {
  if (slots_.empty()) return kNone;
  const std::uint32_t hash = hash_of(text);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const std::uint32_t number = slots_[slot] - 1;
    const Line& known = lines_[number];
    if (known.hash == hash && this->text(known) == text) return number;
  }
  return kNone;
}

std::uint32_t PageMemory::add(std::string_view text, Kind kind) {
  const std::uint32_t number = std::uint32_t(lines_.size());
  Line line;
  line.text_begin = std::uint32_t(texts_.size());
  line.text_size = std::uint32_t(text.size());
  line.hash = hash_of(text);
  line.kind = kind;
  texts_ += text;
  lines_.push_back(std::move(line));
  if (lines_.size() * 2 > slots_.size())
    rehash(std::max<std::size_t>(64, slots_.size() * 2));
  else
    insert_slot(number);
  return number;
}

void PageMemory::insert_slot(std::uint32_t number) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = lines_[number].hash & mask;
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = number + 1;
}

void PageMemory::rehash(std::size_t slots) {
  slots_.assign(slots, 0);
  for (std::uint32_t number = 0; number < lines_.size(); ++number) insert_slot(number);
}

void PageMemory::fall_out_of_step() {
  if (!in_step_) return;
  in_step_ = false;
  next_order_.assign(order_.begin(), order_.begin() + std::ptrdiff_t(expected_));
}

bool PageMemory::place(std::uint32_t number) {
  Line& line = lines_[number];
  const bool first = line.seen_round != round_;
  if (expected_ < order_.size() && order_[expected_] == number) {
    if (first && in_step_) {
      line.seen_round = round_;
      ++expected_;
      return true;
    }
    fall_out_of_step();
    ++expected_;
  } else {
    fall_out_of_step();
    // What follows is what followed this line in the page before.
    if (first && line.seen_round == order_round_ && order_round_ != 0)
      expected_ = line.position + 1;
  }
  if (!first) return false;
  line.seen_round = round_;
  append(line, number);
  return true;
}

void PageMemory::end_page(bool sound) {
  if (in_step_ && sound) {
    order_.resize(expected_);
  } else if (sound) {
    order_.swap(next_order_);
  } else {
    fall_out_of_step();
  }
  before_was_sound_ = sound;
  if (sound) {
    order_round_ = round_;
    broken_order_.clear();
  } else {
    broken_order_.swap(next_order_);
  }
  next_order_.clear();
}

std::size_t PageMemory::forget_vanished(std::size_t limit) {
  const bool full = lines_.size() >= limit && lines_.size() > order_.size();
  if (!full && lines_.size() <= order_.size() + order_.size() / 4 + kKeptVanished) return 0;
  const std::size_t before = lines_.size();
  std::vector<std::uint32_t> moved(lines_.size(), kNone);
  std::vector<Line> kept;
  std::string texts;
  kept.reserve(order_.size() + order_.size() / 4);
  for (std::uint32_t& number : order_) {
    Line& line = lines_[number];
    moved[number] = std::uint32_t(kept.size());
    const std::string_view text = this->text(line);
    line.text_begin = std::uint32_t(texts.size());
    texts += text;
    kept.push_back(std::move(line));
    number = moved[number];
  }
  // Of a broken page only what the sound one had as well is kept.
  std::erase_if(broken_order_, [&](std::uint32_t number) { return moved[number] == kNone; });
  for (std::uint32_t& number : broken_order_) number = moved[number];
  lines_ = std::move(kept);
  texts_ = std::move(texts);
  std::size_t slots = 64;
  while (slots < lines_.size() * 2) slots *= 2;
  rehash(slots);
  return before - lines_.size();
}

void PageMemory::clear() { *this = PageMemory(); }

std::size_t PageMemory::bytes() const {
  return lines_.capacity() * sizeof(Line) + texts_.capacity() +
         (slots_.capacity() + order_.capacity() + broken_order_.capacity() +
          next_order_.capacity()) *
             sizeof(std::uint32_t);
}

}  // namespace lapwing::collectors::scrape

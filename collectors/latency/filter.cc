#include "collectors/latency/filter.h"

#include <linux/if_packet.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "collectors/latency/connection_hash.h"
#include "collectors/latency/packet.h"

namespace lapwing::collectors::latency {
namespace {

// Scratch words of the program.
constexpr std::uint32_t kTotalLength = 0;  // of the IP packet
constexpr std::uint32_t kAddresses = 1;    // of both ends, joined by exclusive or
constexpr std::uint32_t kHeader = 2;       // where the TCP header begins
constexpr std::uint32_t kSnap = 3;
constexpr std::uint32_t kPorts = 4;

constexpr std::size_t kGroup = 16;  // ranges that are compared one after the other
constexpr int kExtensionHeaders = 4;

/// Jumps go forwards only, and conditional ones no further than 255: a conditional jump to a label
/// is written as a short one over a long one.
class Assembler {
 public:
  enum class Label : std::size_t {};

  Label label() {
    places_.push_back(0);
    return Label(places_.size() - 1);
  }
  void place(Label label) { places_[std::size_t(label)] = code_.size(); }

  void add(std::uint16_t code, std::uint32_t k) { code_.push_back({code, 0, 0, k}); }
  void jump(Label target) {
    jumps_.push_back({code_.size(), target});
    add(BPF_JMP | BPF_JA, 0);
  }
  /// Goes on when the condition holds (`wanted`) or does not, else to `otherwise`.
  void require(std::uint16_t condition, std::uint32_t k, bool wanted, Label otherwise) {
    const std::uint16_t code = std::uint16_t(BPF_JMP | condition | BPF_K);
    if (wanted)
      code_.push_back({code, 1, 0, k});
    else
      code_.push_back({code, 0, 1, k});
    jump(otherwise);
  }
  /// A short jump of either side, in instructions.
  void branch(std::uint16_t condition, std::uint32_t k, std::size_t yes, std::size_t no) {
    code_.push_back(
        {std::uint16_t(BPF_JMP | condition | BPF_K), std::uint8_t(yes), std::uint8_t(no), k});
  }
  /// The same, compared with X.
  void branch_x(std::uint16_t condition, std::size_t yes, std::size_t no) {
    code_.push_back(
        {std::uint16_t(BPF_JMP | condition | BPF_X), std::uint8_t(yes), std::uint8_t(no), 0});
  }

  std::vector<sock_filter> finish() {
    for (const auto& [at, target] : jumps_)
      code_[at].k = std::uint32_t(places_[std::size_t(target)] - at - 1);
    return std::move(code_);
  }

 private:
  struct Jump {
    std::size_t at;
    Label target;
  };
  std::vector<sock_filter> code_;
  std::vector<std::size_t> places_;
  std::vector<Jump> jumps_;
};

using Label = Assembler::Label;

/// A port in the accumulator: to `hit` when it lies in a range, else to `miss`.
void find_port(Assembler& code, std::span<const PortRange> ranges, Label hit, Label miss) {
  if (ranges.size() > kGroup) {
    const std::size_t middle = ranges.size() / 2;
    const Label right = code.label();
    code.require(BPF_JGE, ranges[middle].first, false, right);
    find_port(code, ranges.first(middle), hit, miss);
    code.place(right);
    find_port(code, ranges.subspan(middle), hit, miss);
    return;
  }
  // Each range jumps over what is left of the group to the long jump at its end.
  std::size_t left = 0;
  for (const PortRange& range : ranges) left += range.first == range.last ? 1 : 2;
  for (const PortRange& range : ranges) {
    if (range.first == range.last) {
      --left;
      code.branch(BPF_JEQ, range.first, left + 1, 0);
    } else {
      left -= 2;
      code.branch(BPF_JGE, range.first, 0, 1);
      code.branch(BPF_JGT, range.last, 0, left + 1);
    }
  }
  code.jump(miss);
  code.jump(hit);
}

void load_word(Assembler& code, std::uint32_t at) { code.add(BPF_LD | BPF_W | BPF_ABS, at); }
void load_half(Assembler& code, std::uint32_t at) { code.add(BPF_LD | BPF_H | BPF_ABS, at); }
void load_byte(Assembler& code, std::uint32_t at) { code.add(BPF_LD | BPF_B | BPF_ABS, at); }
void load_half_x(Assembler& code, std::uint32_t at) { code.add(BPF_LD | BPF_H | BPF_IND, at); }
void load_byte_x(Assembler& code, std::uint32_t at) { code.add(BPF_LD | BPF_B | BPF_IND, at); }
void store(Assembler& code, std::uint32_t word) { code.add(BPF_ST, word); }
void recall(Assembler& code, std::uint32_t word) { code.add(BPF_LD | BPF_MEM, word); }
void recall_x(Assembler& code, std::uint32_t word) { code.add(BPF_LDX | BPF_MEM, word); }
void to_x(Assembler& code) { code.add(BPF_MISC | BPF_TAX, 0); }
void with_k(Assembler& code, std::uint16_t operation, std::uint32_t k) {
  code.add(std::uint16_t(BPF_ALU | operation | BPF_K), k);
}
void with_x(Assembler& code, std::uint16_t operation) {
  code.add(std::uint16_t(BPF_ALU | operation | BPF_X), 0);
}

void mix_addresses(Assembler& code, std::uint32_t source, std::uint32_t destination) {
  load_word(code, source);
  to_x(code);
  load_word(code, destination);
  with_x(code, BPF_XOR);
  store(code, kAddresses);
}

/// A length of 0 is one that the field could not hold: then it is the packet's.
void store_length(Assembler& code) {
  code.branch(BPF_JEQ, 0, 0, 1);
  code.add(BPF_LD | BPF_W | BPF_LEN, 0);
  store(code, kTotalLength);
}

void read_ipv4(Assembler& code, bool sampled, Label drop) {
  load_byte(code, 9);
  code.require(BPF_JEQ, 6, true, drop);
  load_half(code, 6);
  code.require(BPF_JSET, 0x1fff, false, drop);
  load_half(code, 2);
  store_length(code);
  if (sampled) mix_addresses(code, 12, 16);
  code.add(BPF_LDX | BPF_B | BPF_MSH, 0);
  code.add(BPF_STX, kHeader);
}

void read_ipv6(Assembler& code, bool sampled, Label drop, Label found) {
  load_half(code, 4);
  code.branch(BPF_JEQ, 0, 1, 0);
  with_k(code, BPF_ADD, 40);
  store_length(code);
  if (sampled) mix_addresses(code, 20, 36);
  code.add(BPF_LDX | BPF_W | BPF_IMM, 40);
  code.add(BPF_STX, kHeader);
  load_byte(code, 6);
  // The accumulator has the next header's kind, X its place.
  for (int i = 0; i < kExtensionHeaders; ++i) {
    const Label other = code.label();
    const Label plain = code.label();
    const Label walk = code.label();
    code.branch(BPF_JEQ, 6, 0, 1);
    code.jump(found);
    code.require(BPF_JEQ, 44, true, other);
    // A fragment: only the first has the TCP header.
    load_half_x(code, 2);
    code.require(BPF_JSET, 0xfff8, false, drop);
    code.add(BPF_LD | BPF_W | BPF_IMM, 8);
    code.jump(walk);
    code.place(other);
    for (const std::uint32_t kind : {0u, 43u, 60u}) {
      code.branch(BPF_JEQ, kind, 0, 1);
      code.jump(plain);
    }
    code.jump(drop);
    code.place(plain);
    load_byte_x(code, 1);
    with_k(code, BPF_ADD, 1);
    with_k(code, BPF_LSH, 3);
    code.place(walk);
    // Its kind is read before X moves on.
    with_x(code, BPF_ADD);
    store(code, kHeader);
    load_byte_x(code, 0);
    recall_x(code, kHeader);
  }
  code.require(BPF_JEQ, 6, true, drop);
}

void sample(Assembler& code, std::uint32_t threshold, Label drop) {
  recall_x(code, kHeader);
  load_half_x(code, 0);
  store(code, kPorts);
  load_half_x(code, 2);
  recall_x(code, kPorts);
  with_x(code, BPF_XOR);
  with_k(code, BPF_MUL, kPortFactor);
  store(code, kPorts);
  recall(code, kAddresses);
  with_k(code, BPF_MUL, kAddressFactor);
  recall_x(code, kPorts);
  with_x(code, BPF_ADD);
  with_k(code, BPF_MUL, kAddressFactor);
  with_k(code, BPF_RSH, 16);
  code.require(BPF_JGE, threshold, false, drop);
}

/// Keeps segments with payload, and SYN with ACK, FIN, RST.
void judge_segment(Assembler& code, Label drop) {
  recall_x(code, kHeader);
  load_byte_x(code, 13);
  const Label keep = code.label();
  code.branch(BPF_JSET, kFin | kRst, 0, 1);
  code.jump(keep);
  with_k(code, BPF_AND, kSyn | kAck);
  code.branch(BPF_JEQ, kSyn | kAck, 0, 1);
  code.jump(keep);
  load_byte_x(code, 12);
  with_k(code, BPF_RSH, 4);
  with_k(code, BPF_LSH, 2);
  with_x(code, BPF_ADD);
  to_x(code);
  recall(code, kTotalLength);
  code.branch_x(BPF_JGT, 1, 0);
  code.jump(drop);
  code.place(keep);
  recall(code, kSnap);
  code.add(BPF_RET | BPF_A, 0);
}

}  // namespace

std::vector<PortRange> port_ranges(std::vector<std::uint16_t> ports, std::size_t limit) {
  std::sort(ports.begin(), ports.end());
  std::vector<PortRange> ranges;
  for (const std::uint16_t port : ports) {
    if (!ranges.empty() && port <= ranges.back().last + 1)
      ranges.back().last = port;
    else
      ranges.push_back({port, port});
  }
  if (ranges.size() <= limit || limit == 0) return ranges;
  // The widest limit - 1 gaps stay; all others are closed.
  std::vector<std::size_t> gaps(ranges.size() - 1);
  for (std::size_t i = 0; i < gaps.size(); ++i) gaps[i] = i;
  const auto width = [&](std::size_t i) { return ranges[i + 1].first - ranges[i].last; };
  std::stable_sort(gaps.begin(), gaps.end(), [&](auto a, auto b) { return width(a) > width(b); });
  gaps.resize(limit - 1);
  std::sort(gaps.begin(), gaps.end());
  std::vector<PortRange> joined;
  std::size_t first = 0;
  for (const std::size_t gap : gaps) {
    joined.push_back({ranges[first].first, ranges[gap].last});
    first = gap + 1;
  }
  joined.push_back({ranges[first].first, ranges.back().last});
  return joined;
}

std::vector<sock_filter> make_filter(const FilterPlan& plan) {
  Assembler code;
  if (plan.ports.empty()) {
    code.add(BPF_RET | BPF_K, 0);
    return code.finish();
  }
  const std::vector<PortRange> ranges = port_ranges(plan.ports, kPortRangeLimit);
  const bool sampled = plan.sampling_threshold < kSamplingRange;
  const Label drop = code.label();
  const Label ip = code.label();
  const Label ipv6 = code.label();
  const Label tcp = code.label();
  const Label from_port = code.label();
  const Label to_service = code.label();
  const Label from_service = code.label();
  const Label judge = code.label();

  load_word(code, std::uint32_t(SKF_AD_OFF + SKF_AD_PKTTYPE));
  code.require(BPF_JEQ, PACKET_OUTGOING, true, ip);
  load_word(code, std::uint32_t(SKF_AD_OFF + SKF_AD_IFINDEX));
  code.require(BPF_JEQ, std::uint32_t(plan.loopback_index), false, drop);
  code.place(ip);
  load_byte(code, 0);
  with_k(code, BPF_RSH, 4);
  code.require(BPF_JEQ, 4, true, ipv6);
  read_ipv4(code, sampled, drop);
  code.jump(tcp);
  code.place(ipv6);
  code.require(BPF_JEQ, 6, true, drop);
  read_ipv6(code, sampled, drop, tcp);
  code.place(tcp);

  recall_x(code, kHeader);
  load_half_x(code, 2);
  find_port(code, ranges, to_service, from_port);
  code.place(from_port);
  load_half_x(code, 0);
  find_port(code, ranges, from_service, drop);
  code.place(to_service);
  code.add(BPF_LD | BPF_W | BPF_IMM, plan.snap_to_port);
  store(code, kSnap);
  code.jump(judge);
  code.place(from_service);
  code.add(BPF_LD | BPF_W | BPF_IMM, plan.snap_from_port);
  store(code, kSnap);
  code.place(judge);
  if (sampled) sample(code, plan.sampling_threshold, drop);
  judge_segment(code, drop);
  code.place(drop);
  code.add(BPF_RET | BPF_K, 0);
  return code.finish();
}

}  // namespace lapwing::collectors::latency

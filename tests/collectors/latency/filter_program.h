// Runs a classic BPF program as the kernel does, on bytes: Documentation/networking/filter.rst.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace lapwing::testing {

struct FilterInput {
  std::span<const std::uint8_t> packet;
  int packet_type = 0;
  int interface_index = 2;
};

/// What it returns: how many bytes to keep, 0 for none. A load past the end drops the packet.
inline std::uint32_t run_filter(const std::vector<sock_filter>& program, const FilterInput& input) {
  std::uint32_t a = 0;
  std::uint32_t x = 0;
  std::array<std::uint32_t, BPF_MEMWORDS> memory{};
  const auto bytes = [&](std::uint64_t at, std::size_t count, std::uint32_t& out) {
    if (at + count > input.packet.size()) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) out = out << 8 | input.packet[std::size_t(at) + i];
    return true;
  };
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& one = program[pc];
    const std::uint32_t operand = BPF_SRC(one.code) == BPF_X ? x : one.k;
    const std::size_t size = BPF_SIZE(one.code) == BPF_W ? 4 : BPF_SIZE(one.code) == BPF_H ? 2 : 1;
    switch (BPF_CLASS(one.code)) {
      case BPF_LD:
        if (BPF_MODE(one.code) == BPF_IMM) {
          a = one.k;
        } else if (BPF_MODE(one.code) == BPF_MEM) {
          a = memory.at(one.k);
        } else if (BPF_MODE(one.code) == BPF_LEN) {
          a = std::uint32_t(input.packet.size());
        } else if (one.k == std::uint32_t(SKF_AD_OFF + SKF_AD_PKTTYPE)) {
          a = std::uint32_t(input.packet_type);
        } else if (one.k == std::uint32_t(SKF_AD_OFF + SKF_AD_IFINDEX)) {
          a = std::uint32_t(input.interface_index);
        } else {
          const std::uint64_t from =
              BPF_MODE(one.code) == BPF_IND ? std::uint64_t(x) + one.k : one.k;
          if (!bytes(from, size, a)) return 0;
        }
        break;
      case BPF_LDX:
        if (BPF_MODE(one.code) == BPF_MSH) {
          std::uint32_t byte = 0;
          if (!bytes(one.k, 1, byte)) return 0;
          x = 4 * (byte & 0xf);
        } else {
          x = BPF_MODE(one.code) == BPF_MEM ? memory.at(one.k) : one.k;
        }
        break;
      case BPF_ST:
        memory.at(one.k) = a;
        break;
      case BPF_STX:
        memory.at(one.k) = x;
        break;
      case BPF_ALU:
        switch (BPF_OP(one.code)) {
          case BPF_ADD:
            a += operand;
            break;
          case BPF_MUL:
            a *= operand;
            break;
          case BPF_AND:
            a &= operand;
            break;
          case BPF_XOR:
            a ^= operand;
            break;
          case BPF_LSH:
            a <<= operand;
            break;
          case BPF_RSH:
            a >>= operand;
            break;
          default:
            throw std::logic_error("an operation that the tests do not know");
        }
        break;
      case BPF_JMP: {
        if (BPF_OP(one.code) == BPF_JA) {
          pc += one.k;
          break;
        }
        const bool yes = BPF_OP(one.code) == BPF_JEQ   ? a == operand
                         : BPF_OP(one.code) == BPF_JGT ? a > operand
                         : BPF_OP(one.code) == BPF_JGE ? a >= operand
                                                       : (a & operand) != 0;
        pc += yes ? one.jt : one.jf;
        break;
      }
      case BPF_RET:
        return BPF_RVAL(one.code) == BPF_A ? a : one.k;
      default:
        x = a;  // TAX, the only one in use
    }
  }
  throw std::logic_error("the program ran past its end");
}

}  // namespace lapwing::testing

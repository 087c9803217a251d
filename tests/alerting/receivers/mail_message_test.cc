#include "alerting/receivers/mail_message.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("mail message: headers, parts and the end") {
  MailMessage message;
  message.headers = {{"Subject", "Grüße\nBcc: x@y"}, {"To", "a@b"}};
  message.text = "plain";
  message.html = "<p>ü</p>";
  CHECK(encode_mail(message, "B") ==
        "Subject: =?utf-8?b?R3LDvMOfZSBCY2M6IHhAeQ==?=\r\nTo: a@b\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; boundary=B\r\n\r\n"
        "--B\r\nContent-Type: text/plain; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nplain\r\n"
        "--B\r\nContent-Type: text/html; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>=C3=BC</p>\r\n--B--\r\n");
}

TEST_CASE(
    "mail message: quoted-printable breaks long lines and hides what a server could trip on") {
  CHECK(quoted_printable("a = b\r\nc\n") == "a =3D b\r\nc\r\n");
  CHECK(quoted_printable("end \n") == "end=20\r\n");
  CHECK(quoted_printable(".\nx.y") == "=2E\r\nx.y");
  const std::string lines = quoted_printable(std::string(300, 'x'));
  std::size_t longest = 0;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find("\r\n", at), lines.size());
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  CHECK(longest == 76);
}

TEST_CASE("mail message: a long subject becomes words of whole characters") {
  std::string subject;
  for (int i = 0; i < 60; ++i) subject += "ü";
  MailMessage message;
  message.headers = {{"Subject", subject}};
  const std::string text = encode_mail(message, "B");
  CHECK(text.find("?=\r\n =?utf-8?b?") != std::string::npos);
  CHECK(text.find("\xef\xbf\xbd") == std::string::npos);
}

TEST_CASE("mail message: addresses of a list") {
  CHECK(mail_addresses("Ops, \"A, B\" <ops@e.org>, me@e.org").ok() == false);
  CHECK(mail_addresses("\"A, B\" <ops@e.org>, me@e.org").value() ==
        std::vector<std::string>{"ops@e.org", "me@e.org"});
  for (const char* const bad : {"", "a", "@b", "a@", "a b@c", "<a@b"}) {
    INFO(bad);
    CHECK_FALSE(mail_addresses(bad).ok());
  }
}

TEST_CASE("mail message: dates are RFC 5322's") {
  CHECK(mail_date(from_millis(1'700'000'000'000)) == "Tue, 14 Nov 2023 22:13:20 +0000");
}

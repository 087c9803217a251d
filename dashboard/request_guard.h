// Guards commands against pages of other sites. A browser that has such a page open could be made
// to call them on this host, also by rebinding a foreign name to this address.
// What it leaves out: reading. Foreign pages cannot read our answers, since none carries CORS
// headers; who may connect at all is the listen address's matter.
#pragma once

#include <string_view>

#include "agent/base/result.h"
#include "agent/http/message.h"

namespace lapwing::dashboard {

/// Success for programs (they send neither Origin nor Sec-Fetch-Site) and for the page itself.
/// Invalid, for 403, when a browser says that another site asks (Fetch Metadata; Origin, RFC 6454),
/// or when a browser names us by anything but an address, "localhost" or `host_name`: only so does
/// a rebound name differ from ours.
Result<void> check_same_site(const http::Request& request, std::string_view host_name);

}  // namespace lapwing::dashboard

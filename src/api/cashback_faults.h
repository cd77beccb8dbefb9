#pragma once

#include <string>

#include "cashback/purchase.h"
#include "http/message.h"

namespace eyed::api {

/// What is wrong with a purchase, as Django REST framework nests it by the parts of a field's name:
/// `products.1.qty` becomes `{"products":[{},{"qty":["…"]}]}`. What is wrong with a list or object
/// of which parts are wrong, too, is told as its `non_field_errors`, a list's at the top.
std::string nested_faults(const cashback::Faults& faults);

/// The same as a 400. A fault of `detail`, of what is no JSON, is told as such.
http::Response purchase_faults(const http::Request& request, const cashback::Faults& faults);

}  // namespace eyed::api

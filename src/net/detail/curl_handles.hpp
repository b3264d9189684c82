#pragma once

#include <memory>

#include <curl/curl.h>

namespace audiomuse::net::detail {

template <auto free>
struct CurlDeleter {
    template <class T>
    void operator()(T* pointer) const noexcept {
        free(pointer);
    }
};

using EasyHandle = std::unique_ptr<CURL, CurlDeleter<curl_easy_cleanup>>;
using MultiHandle = std::unique_ptr<CURLM, CurlDeleter<curl_multi_cleanup>>;
using UrlHandle = std::unique_ptr<CURLU, CurlDeleter<curl_url_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, CurlDeleter<curl_slist_free_all>>;
using CurlString = std::unique_ptr<char, CurlDeleter<curl_free>>;

} // namespace audiomuse::net::detail

#include <analysis/child_protocol.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <analysis/sample_analysis.hpp>

namespace audiomuse::analysis {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> cbor_of(const json& value) {
    const auto encoded = json::to_cbor(value);
    return bytes_of({reinterpret_cast<const char*>(encoded.data()), encoded.size()});
}

json json_of(const std::vector<std::byte>& bytes) {
    return json::from_cbor(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                           reinterpret_cast<const std::uint8_t*>(bytes.data()) + bytes.size());
}

json sample_message() { return json_of(encode(ChildMessage(Answer{7, test::sample_analysis()}))); }

std::string fault_of(const json& message) {
    const auto result = decode_child_message(cbor_of(message));
    return result ? "accepted" : result.error().message;
}

TEST(ServerMessages, ARequestIsASmallCborMap) {
    const auto bytes = encode(ServerMessage(Request{5, Operation::identify, 300}));
    EXPECT_EQ(bytes, bytes_of("\xa3\x66number\x05\x6asize_bytes\x19\x01\x2c\x64type\x68identify"));
    const auto back = decode_server_message(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(std::get<Request>(*back), (Request{5, Operation::identify, 300}));
}

TEST(ServerMessages, TheSetupCarriesTheLimits) {
    analysis::Setup setup; // testing::Test has a Setup of its own
    setup.limits = {12345, std::chrono::seconds(67), 8, sandbox::Priority::normal};
    const auto back = decode_server_message(encode(ServerMessage(setup)));
    ASSERT_TRUE(back);
    const auto& limits = std::get<analysis::Setup>(*back).limits;
    EXPECT_EQ(limits.data_bytes, 12345U);
    EXPECT_EQ(limits.cpu_time, std::chrono::seconds(67));
    EXPECT_EQ(limits.open_files, 8U);
    EXPECT_EQ(limits.priority, sandbox::Priority::normal);
}

TEST(ServerMessages, OthersAreRefused) {
    EXPECT_FALSE(decode_server_message(cbor_of({{"type", "dance"}})));
    EXPECT_FALSE(decode_server_message(cbor_of({{"type", "analyse"}, {"number", -1}, {"size_bytes", 1}})));
    EXPECT_FALSE(decode_server_message(cbor_of({{"type", "analyse"}, {"number", 1}})));
    EXPECT_FALSE(decode_server_message(cbor_of({{"type", "analyse"}, {"number", 1}, {"size_bytes", 1}, {"more", 1}})));
    EXPECT_FALSE(decode_server_message(cbor_of(json::array({1, 2}))));
    EXPECT_FALSE(decode_server_message({}));
}

TEST(ChildMessages, AnAnalysisArrivesWithEveryField) {
    const Analysis sent = test::sample_analysis();
    const auto message = decode_child_message(encode(ChildMessage(Answer{7, sent})));
    ASSERT_TRUE(message) << message.error().message;
    const auto& answer = std::get<Answer>(*message);
    EXPECT_EQ(answer.number, 7U);
    const auto& got = std::get<Analysis>(answer.content);
    EXPECT_EQ(got.duration_s, 181.25);
    EXPECT_EQ(got.tempo_bpm, 120.5);
    EXPECT_EQ(got.tempo_confidence, 0.375);
    EXPECT_EQ(got.key_confidence, 0.875);
    EXPECT_EQ(got.key, (Key{9, Scale::minor}));
    EXPECT_EQ(got.energy, 0.625);
    EXPECT_EQ(got.tags, sent.tags);
    EXPECT_EQ(got.embedding, sent.embedding);
    EXPECT_EQ(got.moods, sent.moods);
    EXPECT_TRUE(got.partial);
    EXPECT_EQ(got.identity.str(), "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(got.version, (AnalysisVersion{2, 3, 4, 5}));
    EXPECT_EQ(got.timings.decode_ms, 1.5);
    EXPECT_EQ(got.timings.tempo_ms, 2.5);
    EXPECT_EQ(got.timings.key_ms, 3.5);
    EXPECT_EQ(got.timings.mel_ms, 4.5);
    EXPECT_EQ(got.timings.network_ms, 5.5);
    EXPECT_EQ(got.timings.total_ms, 20.25);
}

TEST(ChildMessages, AbsentValuesStayAbsent) {
    Analysis sent = test::sample_analysis();
    sent.tempo_bpm.reset();
    sent.tempo_confidence.reset();
    sent.key.reset();
    sent.key_confidence.reset();
    sent.tags.reset();
    sent.embedding.reset();
    sent.moods.reset();
    const auto message = decode_child_message(encode(ChildMessage(Answer{1, sent})));
    ASSERT_TRUE(message) << message.error().message;
    const auto& got = std::get<Analysis>(std::get<Answer>(*message).content);
    EXPECT_FALSE(got.tempo_bpm || got.tempo_confidence || got.key || got.key_confidence || got.tags || got.embedding ||
                 got.moods);
}

TEST(ChildMessages, FailuresIdentitiesAndHellosArrive) {
    const auto failure =
        decode_child_message(encode(ChildMessage(Answer{2, TrackFailure{FailureCode::too_short, "Half a second."}})));
    const auto& content = std::get<TrackFailure>(std::get<Answer>(failure.value()).content);
    EXPECT_EQ(content.code, FailureCode::too_short);
    EXPECT_EQ(content.reason, "Half a second.");

    const auto identity =
        decode_child_message(encode(ChildMessage(Answer{3, AudioIdentity("00112233445566778899aabbccddeeff")})));
    EXPECT_EQ(std::get<AudioIdentity>(std::get<Answer>(identity.value()).content).str(), "00112233445566778899aabbccddeeff");

    const sandbox::ConfinementReport report{{{"landlock", sandbox::LayerState::active, "ABI 7"},
                                             {"limits", sandbox::LayerState::weakened, "why"},
                                             {"seccomp", sandbox::LayerState::unavailable, "Function not implemented"}}};
    EXPECT_EQ(std::get<Hello>(decode_child_message(encode(ChildMessage(Hello{report}))).value()).confinement, report);
}

TEST(ChildMessages, AReasonIsMadeSafeBeforeItIsSent) {
    const std::string reason = "line\nfeed \x1b[31m, \xff not UTF-8, " + std::string(600, 'x');
    const auto message = decode_child_message(encode(ChildMessage(Answer{1, TrackFailure{FailureCode::damaged, reason}})));
    ASSERT_TRUE(message) << message.error().message;
    const auto& got = std::get<TrackFailure>(std::get<Answer>(*message).content).reason;
    EXPECT_EQ(got.substr(0, 35), "line feed  [31m, \xef\xbf\xbd not UTF-8, xxx");
    EXPECT_EQ(got.size(), k_max_reason_bytes);
    // a cut never splits a character
    const std::string wide = "x" + [] {
        std::string text;
        for (int i = 0; i < 300; ++i) {
            text += "\xc3\xa9";
        }
        return text;
    }();
    const auto cut = decode_child_message(encode(ChildMessage(Answer{1, TrackFailure{FailureCode::damaged, wide}})));
    EXPECT_EQ(std::get<TrackFailure>(std::get<Answer>(cut.value()).content).reason.size(), 499U);
}

struct Fault {
    const char* pointer;
    json value;
    const char* expected;
};

TEST(ChildMessages, EveryValueOutOfPlaceIsRefusedByName) {
    const json long_list(std::vector<float>(18, 0.5F));
    const std::vector<Fault> faults{
        {"/number", -1, "number"},
        {"/number", "7", "number"},
        {"/analysis/duration_s", -0.1, "duration_s"},
        {"/analysis/duration_s", 1e9, "duration_s"},
        {"/analysis/tempo_bpm", 0.0, "tempo_bpm"},
        {"/analysis/tempo_bpm", "fast", "tempo_bpm"},
        {"/analysis/tempo_confidence", 1.001, "tempo_confidence"},
        {"/analysis/key_confidence", -0.001, "key_confidence"},
        {"/analysis/key_confidence", "high", "key_confidence"},
        {"/analysis/key/tonic", 12, "tonic"},
        {"/analysis/key/tonic", -1, "tonic"},
        {"/analysis/key", 5, "key"},
        {"/analysis/energy", 1.5, "energy"},
        {"/analysis/energy", nullptr, "energy"},
        {"/analysis/moods", long_list, "moods"},
        {"/analysis/moods/3", 1.01, "moods"},
        {"/analysis/tags/0", "rock", "tags"},
        {"/analysis/tags/0", -0.001, "tags"},
        {"/analysis/embedding/199", 1e7, "embedding"},
        {"/analysis/embedding/5", nullptr, "embedding"},
        {"/analysis/partial", 1, "partial"},
        {"/analysis/identity", "../../etc/passwd", "identity"},
        {"/analysis/identity", "", "identity"},
        {"/analysis/version/network", -1, "network"},
        {"/analysis/version", json::object(), "tempo"},
        {"/analysis/timings/total_ms", -1, "total_ms"},
        {"/analysis/timings", nullptr, "timings"},
        {"/analysis/surprise", 1, "member"},
        {"/surprise", 1, "member"},
        {"/type", "analysis\n", "type"},
    };
    ASSERT_EQ(fault_of(sample_message()), "accepted");
    for (const auto& [pointer, value, expected] : faults) {
        json message = sample_message();
        message[json::json_pointer(pointer)] = value;
        EXPECT_THAT(fault_of(message), HasSubstr(expected)) << pointer << " = " << value;
    }
}

TEST(ChildMessages, AMissingMemberIsRefused) {
    const json whole = sample_message();
    for (const auto& [key, value] : whole["analysis"].items()) {
        json message = whole;
        message["analysis"].erase(key);
        EXPECT_NE(fault_of(message), "accepted") << key;
    }
}

TEST(ChildMessages, ForeignTextsAreRefused) {
    const auto with_reason = [](const std::string& reason) {
        return fault_of({{"type", "failure"}, {"number", 1}, {"code", "damaged"}, {"reason", reason}});
    };
    EXPECT_EQ(with_reason("Gr\xc3\xbc\xc3\x9f"
                          "e \xf0\x9f\x8e\xb5"),
              "accepted");
    for (const std::string_view bad :
         {std::string_view("\xff"), std::string_view("\xc3"), std::string_view("\xc0\xaf"), std::string_view("\xed\xa0\x80"),
          std::string_view("\xf4\x90\x80\x80"), std::string_view("\xe2\x82"), std::string_view("a\nb"), std::string_view("\0", 1),
          std::string_view("\x7f")}) {
        EXPECT_THAT(with_reason(std::string(bad)), HasSubstr("reason"));
    }
    EXPECT_THAT(with_reason(std::string(501, 'x')), HasSubstr("reason"));
    EXPECT_THAT(fault_of({{"type", "failure"}, {"number", 1}, {"code", "bored"}, {"reason", ""}}), HasSubstr("code"));
}

TEST(ChildMessages, NotANumberNeverPasses) {
    Analysis analysis = test::sample_analysis();
    (*analysis.embedding)[17] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(decode_child_message(encode(ChildMessage(Answer{1, analysis}))));
    analysis = test::sample_analysis();
    analysis.duration_s = std::numeric_limits<double>::infinity();
    EXPECT_FALSE(decode_child_message(encode(ChildMessage(Answer{1, analysis}))));
    // the same as 32-bit floats, which the writer above does not use for them
    auto bytes = encode(ChildMessage(Answer{1, test::sample_analysis()}));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto place = text.find("energy") + 6;
    ASSERT_EQ(bytes[place], std::byte{0xfa});
    bytes[place + 1] = std::byte{0x7f};
    bytes[place + 2] = std::byte{0xc0};
    EXPECT_FALSE(decode_child_message(bytes));
}

TEST(ChildMessages, TrapsOfTheEncodingAreRefused) {
    EXPECT_FALSE(decode_child_message(std::vector<std::byte>(1U << 20U, std::byte{0x81}))) << "nested arrays";
    EXPECT_FALSE(decode_child_message(std::vector<std::byte>(1U << 20U, std::byte{0x7f}))) << "nested texts of indefinite length";
    EXPECT_FALSE(decode_child_message(std::vector<std::byte>(1U << 20U, std::byte{0x5f}))) << "nested bytes of indefinite length";
    EXPECT_FALSE(decode_child_message(std::vector<std::byte>(1U << 20U, std::byte{0xc1}))) << "nested tags";
    EXPECT_FALSE(decode_child_message(std::vector<std::byte>(1U << 20U, std::byte{0xa1}))) << "nested maps";
    EXPECT_FALSE(decode_child_message(bytes_of("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"))) << "an enormous array";
    EXPECT_FALSE(decode_child_message(bytes_of("\x7b\xff\xff\xff\xff\xff\xff\xff\xff"))) << "an enormous text";
    EXPECT_FALSE(decode_child_message(bytes_of("\xa1\x01\x02"))) << "a number as key";
    auto twice = encode(ChildMessage(Hello{}));
    twice.push_back(std::byte{0});
    EXPECT_FALSE(decode_child_message(twice)) << "something after the end";
}

TEST(ChildMessages, EveryTruncationIsRefusedAndNoFlippedByteDoesHarm) {
    const auto whole = encode(ChildMessage(Answer{7, test::sample_analysis()}));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_FALSE(decode_child_message(std::span(whole).first(length))) << length;
    }
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto damaged = whole;
        damaged[i] ^= std::byte{0xff};
        if (const auto message = decode_child_message(damaged)) {
            const auto* answer = std::get_if<Answer>(&*message);
            const auto* analysis = answer == nullptr ? nullptr : std::get_if<Analysis>(&answer->content);
            EXPECT_TRUE(analysis == nullptr || std::isfinite(analysis->duration_s));
        }
    }
}

} // namespace
} // namespace audiomuse::analysis

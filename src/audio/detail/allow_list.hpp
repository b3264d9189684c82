#pragma once

/// Which of FFmpeg's parts may see foreign bytes. Containers and codecs of music only: no playlists, no formats that refer to
/// other files, no pictures, no subtitles, no video.
namespace audiomuse::audio::detail {

inline constexpr const char* k_allowed_demuxers = "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,caf,dsf,dts,dtshd,eac3,flac,iff,loas,"
                                                  "matroska,mlp,mov,mp3,mpc,mpc8,ogg,oma,rm,shn,tak,"
                                                  "truehd,tta,voc,w64,wav,wv";

inline constexpr const char* k_allowed_decoders =
    "aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_yamaha,alac,als,amrnb,amrwb,ape,atrac1,atrac3,atrac3al,"
    "atrac3plus,"
    "atrac3plusal,cook,dca,dsd_lsbf,dsd_lsbf_planar,dsd_msbf,dsd_msbf_planar,dst,eac3,flac,gsm,gsm_ms,mace3,mace6,mlp,mp1float,"
    "mp2float,"
    "mp3float,mp1,mp2,mp3,mp3adufloat,mp3on4float,mpc7,mpc8,opus,pcm_alaw,pcm_f16le,pcm_f24le,pcm_f32be,pcm_f32le,pcm_f64be,pcm_"
    "f64le,"
    "pcm_mulaw,pcm_s16be,pcm_s16be_planar,pcm_s16le,pcm_s16le_planar,pcm_s24be,pcm_s24le,pcm_s24le_planar,pcm_s32be,pcm_s32le,"
    "pcm_s32le_planar,pcm_s64be,pcm_s64le,pcm_s8,pcm_s8_planar,pcm_u8,qdm2,qdmc,ralf,real_144,real_288,shorten,sipr,speex,tak,"
    "truehd,tta,"
    "vorbis,wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice";

} // namespace audiomuse::audio::detail

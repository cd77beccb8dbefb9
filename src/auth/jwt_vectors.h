// Tokens and keys that node's crypto made: another implementation than the one under test. Their
// claims: iss https://issuer.example, aud [eyed, other], exp 2100-01-01, iat 2020-09-13.
#pragma once

#include "auth/jwt.h"

namespace eyed::auth::vectors {

// clang-format off
inline constexpr const char* kRsaKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxI6aHY30nskeV/sSJo2B\n"
    "j4zFMsnKiJQw6iUheF5qgx0f7vUEPQeshrI0DDu2Vtv9veWdEJrNKX9U8BK1jD9I\n"
    "uFYvYC/Zg2910XRkmn0iRnO1QhV7s3diq19epHghIa33MBM/16yD7ez0wMjndBLB\n"
    "NFqRIhZu8AiKB0FVJUlUl4I23mXlb3gcyg9i0wIGAvJYYBIwXKoHq/xJ7Lr1STbw\n"
    "KhxMsqovVZ7TzBkDf4byLQiiwWMCbJYUc71Kl8zTMroC3KkguxaVD4jbDQRA3yu8\n"
    "B/Pd/xwifrs+Allvp25XAFmOIW/FTs6NlNFRApCAMBYj/rRij2zDk3lGdM5cOe7T\n"
    "iwIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kP256Key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAETAI5llQS16BZMRbr1rtaqwn9jjOP\n"
    "Z6sSmMHAnUSIlo2rYyid2ieKFCcIlmozvUYJJlFMfrAA0ZMR/DlfUGf7Gg==\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kP384Key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAElHaR2pu3Pm2NdiRmTqVywcrNwJqXbgMi\n"
    "ow8SQ3z5CNFT+/tIwnaPOnsrdSJ/nn1Tlo6AuPAAKeS4FyxRGJbtsdykHU0S1KT0\n"
    "aqr0NS4vacuTa0TvXYoHL+PPgMfO9SOm\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kEd25519Key =
    "-----BEGIN PUBLIC KEY-----\n"
    "MCowBQYDK2VwAyEA7/DkbkNEbUsoadL0VcHCZLVlKdqV2YPrpEYmNb8rSrE=\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kSmallRsaKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD4ueNupX9g/taNojKOxpdpS4Pt\n"
    "Lk/wXaW45HvZ0MyCDKqbLK5wzNGSn1+/TtdokVGlYk1IUUd0d9B51hQlaZQI1Fu4\n"
    "Q4E+/l/HPZwAXnGFDTBaw5tt9G+1m7OhNrMXgo5Wv3S3j/tRQ8bDbyChXZWMrK7R\n"
    "dsHdO3mP+/SFo0LS5wIDAQAB\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr const char* kSecret = "a secret of thirty-two bytes, or more";
inline constexpr const char* kHs256 =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.6tT2x8lCFPJ1OCgWeHaw"
    "lQICWBHBmOrI3YEMG5agy50";
inline constexpr const char* kHs384 =
    "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.WBEkBNssW459qJZvxXaV"
    "yNtLcDu04ABlCPlEnXiN3sX__z_nsSid0KthdCxI0_eM";
inline constexpr const char* kHs512 =
    "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.Ks0r-WkWIEnZBnYrVb-Y"
    "tywkxI1PpSN0SzXgDd6ZXjQYiSriYO75g9RQm9VNAX4vlg7WnoOXRXVSIiM8XTEOvw";
inline constexpr const char* kRs256 =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.XnUC15xADUxgbIiqtfRu"
    "hYfm5g_ymKHm0cHq-dmbh_8psty3fT61rYTU60GIpSqc2emH-acHrMV5Qj1SPa025KchNvX7UoE8Kwhuga7_FXNGnp"
    "hXhB2GN5alKGHHwyX8HfoBG5uxrQr99tsZaLDXjcf9sx-qqDRPZUqvr73XyxEjCJ4dVt-MNJ9_3x3brhCpuoPEDbXi"
    "_avoYEQKbqyePbwU9UD6v2xHv6KnMpImwMlJE7XbjLhGfpa5hQtI2NQopo_X4HFkhsCZT-XA5HUwEPsisS1IHFtLOB"
    "5cBiuTc6FBGplM9nhc-1bLdyOCwY1qhOlQGkLU0QLQ0LMEMD_9sA";
inline constexpr const char* kRs384 =
    "eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.m13juXjc6QuIqqdCVmo2"
    "upYxYWqZPj38np1iaU0h8kDo1pz424-9V_81SYfZPhN6S61kdhVsnFx-zCxYYwOdRnjfJeUkofA0v6CXF9pFTo-Mgi"
    "ZbvnkYzN6jMT3giWt1oxldb2T6jsLy2ta_HqMeNv073fcar_M-_RvNG0JcKBJJZ6vr3jcFqCahYhmFNqK86BJsndFl"
    "M0RINQzwHdrbqh9cAvg7YkRzfMilj6qcabcTGVjEp7nN574osLRK87UN63dBQAjTCHMX64kqxDKt_0RxODjsNBnNiR"
    "G3ePnQDh2ggpqvKDbnLusMN3pwcSFa6D4vu9jjhHazRY7v98XX4A";
inline constexpr const char* kRs512 =
    "eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.Z2fn1SfX1S3oXokQ-fKW"
    "4_328v1qZ0_AYj0Bjwk0JqaWN2kO5ki-R_O1ZZNoYqerQXBx2FX8JhjspdFsvsb05bscon3eLxFIoalQvJGIwyumk2"
    "7BQI8R0UhJpYyIH5gLYswT5JUb3LGWYmbCdG5JHFPdw3awruLPivle8Uv7opWm72sBtnnJnH5IbYgvP0Cp7z8y_2H1"
    "qo5Y8gBKb9mFEnnT7v2EqcJ1jUsL4PqfisZl7JGRkUAREho2uXLnJbMCRmASqF2hUVuDorrOpRsYRBpRMqBtrlTWnD"
    "tHlJwnuNL74ATkC-n9rJsHcXs5qa2mOZqakHMWAuIX01wYcUEweA";
inline constexpr const char* kPs256 =
    "eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.AlWb0M3EchoJVm3_u9hv"
    "ijeKLapA07IhlRfJGQvll3Mo3RBzt1hUGfmqR2KDATRxPKkkNodSL9ekXk182wqW2O78etWvkY8ivPj_8VdR0TWDfu"
    "1u-cVU43J_tuCZE0s4AAJhU29b56WEWaybe7FIiykpc7Kb4_cmImgbb-tALssyUw51Vx00PtKSvs5v_xmQVr0ilaf7"
    "qOZOykdhFVJ-ZB8hewnEu3Gqo96t1mtH9CTVBlqtIS50mjVfo1NOmXlGveHbdbb9sfyhIw2lNc8Q9J_GVsWgaT-sJq"
    "prStuBhksZec1m1B9rvv_fVumLp5dkZQgbFwsQqPJRxlaWjzBJHQ";
inline constexpr const char* kEs256 =
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.W5o2vx11EB_5Fu5Nh7gu"
    "jhwb7jpwdMtYPom6tzjMnYD5FFGjXwYDxSD-NwAznjNvmNFbRPjtXNB2lfxMENdWGg";
inline constexpr const char* kEs384 =
    "eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.p3s3Ht4gtkpjpIG8htkW"
    "y25ODlOjRIgMUQUls60-4T7aKbrG0Q_z4QfPbGmY-hqz91zeqVW3OZnZOFPLhvUG1k26qsdGaRETo-X5mX8hah51sl"
    "1_5l1bKYMFjYGNfxWm";
inline constexpr const char* kEdDsa =
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjpbI"
    "mV5ZWQiLCJvdGhlciJdLCJleHAiOjQxMDI0NDQ4MDAsImlhdCI6MTYwMDAwMDAwMC41fQ.yY8q2cUpulfncaPewAW0"
    "sBbRmGC1jAl_2YuIAb-7v37omaqHS_K_-8Qwq295d8KzkgvF0msNZuyrWE0queK8Dg";
// clang-format on

}  // namespace eyed::auth::vectors

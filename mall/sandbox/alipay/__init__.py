"""Alipay's open gateway, version 1.0 with RSA2 (https://opendocs.alipay.com/common/02kf5q)."""

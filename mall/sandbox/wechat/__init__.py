"""WeChat Pay, API v3 (https://pay.weixin.qq.com/doc/v3/merchant/4012062524), and the log-in of WeChat's web pages."""

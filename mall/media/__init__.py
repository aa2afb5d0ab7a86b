"""Pictures that staff bring into the mall: rewards', banners', those in texts.

A picture (图片) is kept under a key made from its content and its crop (裁切), so that the same picture has one key
however often it comes. Its files lie in the media folder, each width as AVIF and WebP; the row says who brought it.
What is put away (收起) is no longer offered in the library (图库). Nothing that is in use can be put away: features say
where they show pictures (`mall.web.picture_field.tell_uses`). Old orders and versions go on showing it.
"""

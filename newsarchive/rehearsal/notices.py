"""What Sina answers instead of an article: gone, banned, log in; invented around real markers (sina-surface §3, §5)."""

from __future__ import annotations

NOT_FOUND = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>页面没有找到</title>
<script>setTimeout(function () { location.href = "https://www.sina.com.cn/"; }, 5000);</script></head>
<body><div class="wrap"><h1>页面没有找到</h1><p>页面没有找到 5秒钟之后将会带您进入新浪首页!</p></div></body></html>
""".encode()

BANNED = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>拒绝访问</title></head>
<body><h1>拒绝访问</h1><p>你的 IP 存在异常访问，已被新浪安全部门封禁，5~60分钟会自动解封。</p></body></html>
""".encode()

LOGIN = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>登录 - 新浪通行证</title></head>
<body><form action="https://login.sina.com.cn/signup/signin" method="post"><h1>请登录后继续访问</h1>
<input name="username"><input type="password" name="password"><button>登录</button></form></body></html>
""".encode()

ROBOTS = b"User-agent: *\nDisallow: /private/\n"

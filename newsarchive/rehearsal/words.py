"""The vocabulary of the invented news: names, places, figures of speech; data alone, read by ``prose``."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶"
    "姜戚谢邹喻苏潘葛范彭鲁韦马苗凤方俞任袁柳鲍史唐薛雷贺倪汤滕罗毕郝邬安常乐于时傅"
)
GIVEN = "明文静思远嘉宁雨泽浩然晓彤建国志强丽华海波雪梅子轩欣怡国栋婉清鹏飞佳琪立群春晖若楠博文晨曦启航云帆景行望舒"

PLACES = _words("""
    临江 云州 东岭 海陵 青浦岸 北原 南汀 安泽 长澜 平川 西溪 明湾 榕城 鹤山 金坪 沧河 凤台 龙渚 桂岭 雁门 星湖 澄江
    丹阳 沙洲
""")
TRADES = _words("""
    新能源汽车 光伏组件 锂电材料 半导体设备 工业机器人 创新药 航空物流 港口运输 乳制品 白酒 家用电器 特高压设备
    稀土永磁 水泥 钢铁 煤化工 养老服务 跨境电商 云计算 卫星通信 生猪养殖 造船 轨道交通 节能环保 纺织服装 数据中心
""")
COMPANY_STEMS = _words("""
    恒远 华澜 中科瑞 金穗 北斗星 海纳 云舟 盛泰 同益 九州通达 银河湾 长青 瑞丰 天衡 启明 国信达 锦程 德润 凯越 万象
    旭日升 博远 嘉禾 腾龙 三江源 顺意 星辰 安捷 利群 永昌
""")
COMPANY_ENDS = _words("""
    股份 科技 集团 控股 能源 电子 医药 材料 重工 智能 证券 银行 物流 生物
""")
HOUSES = _words("""
    中信远证券 华泰和证券 国泰海研究院 招商岭证券 广发源证券 申万和研究所 兴业湾证券 东方桥资产 南方塔基金
    易方舟基金 博时岸基金 银河渡证券 海通帆证券 光大路证券 平安里证券 浙商洲期货 国投坪期货 中金谷研究部
""")
BODIES = _words("""
    国家统计部门 财政主管部门 中央银行 证券监管部门 外汇管理部门 商务主管部门 海关部门 税务部门 能源主管部门
    工业和信息化主管部门 发展改革部门 银行业协会 证券业协会 钢铁工业协会 乘用车市场信息联席会 物流与采购联合会
""")
MEDIA = _words("""
    环球市场播报 市场资讯 财联观察 新财经报 上证日报 经济晨报 第一金融 证券晚报 中新财经眼 每日经济观察 21世纪商情
    界面财闻 澎湃财讯 金融一线 期货日刊 国际金融观察
""")
INDEXES = _words("""
    上证综指 深证成指 创业板指 科创50指数 恒生指数 恒生科技指数 沪深300指数 北证50指数 中证1000指数
""")
GOODS = _words("""
    螺纹钢 铁矿石 焦煤 沪铜 沪铝 碳酸锂 原油 沪金 沪银 豆粕 棕榈油 玉米 生猪 棉花 橡胶 纯碱 PTA
""")
STOCKS = (
    ("usstock_MU", "MU", "美光科技"),
    ("usstock_AMZN", "AMZN", "亚马逊"),
    ("usstock_MSFT", "MSFT", "微软"),
    ("stock_sh600519", "sh600519", "贵州茅台"),
    ("stock_sh600000", "sh600000", "浦发银行"),
    ("stock_sz000001", "sz000001", "平安银行"),
    ("stock_sz300750", "sz300750", "宁德时代"),
    ("hkstock_hk00700", "hk00700", "腾讯控股"),
)
"""(id of the span, symbol, name) as Sina links them in a text."""

SENTENCES = {
    "宏观": (
        "{body}{date}公布的数据显示，{month}{place}{trade}产值同比增长{pct}，增速比上月{move}{point}个百分点。",
        "分项看，新订单指数为{index}，较上月{move}{point}个百分点；原材料库存指数为{index}，仍处{zone}区间。",
        "前{few}个月，{place}固定资产投资完成{yi}，其中{trade}投资增长{pct}，高于全部投资{point}个百分点。",
        "{place}居民消费价格同比上涨{point}%，环比{move}{point}%，其中食品价格变动{point}%，服务价格变动{point}%。",
        "当月进出口总值{yi}，其中出口{yi}，{trade}出口额占比{move}至{pct}。",
        "{body}有关负责人{person}表示，{month}经济运行延续{mood}态势，{trade}等行业对增长的贡献率达到{pct}。",
    ),
    "央行": (
        "{body}{date}以利率招标方式开展了{yi}逆回购操作，期限{few}天，中标利率为{rate}%。",
        "由于当日有{yi}资金到期，公开市场实现净投放{yi}，{place}地区金融机构反映流动性{mood}。",
        "{house}首席分析师{person}认为，{month}末资金面扰动主要来自缴税与政府债缴款，规模约{yi}，对隔夜利率的影响在{bp}个基点以内。",
        "银行间市场隔夜品种加权利率收于{rate}%，较前一交易日变动{bp}个基点；{few}天期品种收于{rate}%。",
        "截至{date}，广义货币余额同比增长{pct}，{place}新增贷款{yi}，其中{trade}领域中长期贷款增长{pct}。",
        "{person}提醒，后续仍需关注{place}专项债发行节奏，预计{month}净融资{yi}。",
    ),
    "公司": (
        "{company}{date}晚间公告称，公司拟投资{yi}在{place}建设{trade}项目，建设期{few}年，达产后年营业收入约{yi}。",
        "公告显示，{month}以来公司新签订单{yi}，同比增长{pct}，其中海外订单占{pct}。",
        "前三季度，公司实现营业收入{yi}，同比增长{pct}；归属于上市公司股东的净利润{yi}，同比{move}{pct}。",
        "公司董事会秘书{person}在业绩说明会上表示，{trade}业务毛利率为{pct}，比上年同期{move}{point}个百分点，主要受原料价格影响。",
        "{house}将其目标价调整为{price}元，对应{few}年市盈率{point}倍，维持“{rating}”评级。",
        "股东名册显示，截至{date}，{house}持有{company}{wan}股，占流通股本的{point}%。",
        "受此消息影响，{company}次日开盘报{price}元，盘中最高触及{price}元，成交额{yi}，换手率{point}%。",
    ),
    "市场": (
        "截至{date}收盘，{index_name}报{level}点，变动{point}%；两市成交额{yi}，较前一交易日{move}{yi}。",
        "盘面上，{trade}、{trade}板块涨幅居前，{company}、{company}等{few}只个股涨停；{trade}板块回调，{company}跌{point}%。",
        "{house}{person}分析，资金在{index_name}{level}点附近分歧加大，{place}板块的估值分位已升至{pct}。",
        "北向资金全天净买入{yi}，其中{company}获净买入{yi}，{company}遭净卖出{yi}。",
        "两融余额为{yi}，比前一日{move}{yi}；新发权益类基金首募规模{yi}，由{house}管理的产品占{pct}。",
        "展望后市，{person}称“{place}的订单才是关键”，并预计{month}{index_name}在{level}点上下{point}%的范围内震荡。",
    ),
    "期货": (
        "{date}夜盘，{goods}主力合约报{price}元/吨，变动{point}%，持仓量{move}{wan}手。",
        "{house}黑色产业链研究员{person}介绍，{place}港口{goods}库存{wan}吨，周环比{move}{pct}，为{month}以来的新水平。",
        "供应方面，{place}{few}家{trade}企业检修，影响日产量约{wan}吨，开工率{move}至{pct}。",
        "需求方面，{trade}企业的采购意愿{mood}，{goods}现货成交均价{price}元/吨，基差为{price}元。",
        "交易所{date}通知，自{month}起将{goods}期货保证金标准调整为{pct}，涨跌停板幅度调整为{point}%。",
    ),
}
"""Sentences by theme; a word in braces is a slot of ``prose.ProseWriter``."""

QUOTES = (
    "“我们在{place}看到的情况是，{trade}企业的排产已经到了{month}，价格却还在{move}{point}%的水平上。”{person}说。",
    "{person}向记者表示：“如果{body}的口径不变，{yi}的缺口并不难补，难的是{trade}。”",
    "“不必把{pct}的增速看得太重，”{house}的{person}说，“{place}去年同期的基数只有{yi}。”",
)

TITLES = {
    "宏观": (
        "{month}{place}{trade}产值同比增长{pct}",
        "{body}：前{few}个月{place}投资完成{yi}",
        "{place}物价温和变动 {trade}贡献{point}个百分点",
    ),
    "央行": (
        "{body}开展{yi}逆回购操作 利率{rate}%",
        "{house}{person}：{month}流动性缺口约{yi}",
        "隔夜利率变动{bp}个基点 {place}资金面{mood}",
    ),
    "公司": (
        "{company}拟{yi}投建{trade}项目",
        "{company}：前三季度净利润同比{move}{pct}",
        "{house}：维持{company}“{rating}”评级，目标价{price}元",
    ),
    "市场": (
        "收评：{index_name}报{level}点 {trade}板块领涨",
        "北向资金净买入{yi}，加仓{company}",
        "{company}涨停背后：{place}{trade}订单增长{pct}",
    ),
    "期货": (
        "{goods}期货夜盘变动{point}% {place}库存{wan}吨",
        "{house}：{goods}{month}供需仍偏紧",
        "{goods}保证金标准将调整为{pct}",
    ),
}

CAPTIONS = (
    "{date}，{place}一家{trade}企业的车间里，工人{person}在检查第{few}条生产线。",
    "{place}港区堆场，{goods}等待装船（{person} 摄）",
    "图：{index_name}近{few}个月走势，最高{level}点。资料来源：{house}",
    "{company}位于{place}的{trade}基地（公司供图，{date}）",
)

# %% [markdown] lang="en"
# # 4. The company
#
# At the end of this page you can read a network as a company: say who spoke, how loudly, who was trusted, and what notice each one gets after a wrong verdict. You can say why the one who kept silent gets exactly nothing, and where the picture of a company misleads.
#
# You need notebooks [1](01_first_gradient.ipynb) and [2](02_rubber_band.ipynb): a gradient, and a loss as rubber bands.

# %% [markdown] lang="zh"
# # 4. 一家认图的公司
#
# 读完这一页，你能把一个网络看成一家公司：谁开了口、嗓门多大、谁受信任；判断错了以后，每个人会接到一张怎样的通知单。你还能说清楚：为什么没开口的人，通知单上恰好是零；以及“公司”这个比方在哪里会把人带偏。
#
# 预备知识：[第 1 课](01_first_gradient.ipynb)的梯度，[第 2 课](02_rubber_band.ipynb)的橡皮筋（损失）。

# %%
import math
import random

import tinygrad_edu as tg
from tinygrad_edu.nn import Layer, Module, Neuron

# %% [markdown] lang="en"
# ## The job
#
# The company looks at grey pictures of 8 × 8 pixels and says *bird* or *dog*. A pixel is a number from 0 (dark) to 1 (bright). The first two pictures are clean. The others are from the set to learn from: the animals stand a little to the side, look left or right, and noise lies over everything.

# %% [markdown] lang="zh"
# ## 这家公司做什么
#
# 公司看 8 × 8 像素的小灰度图，说出是*鸟*还是*狗*。每个像素是一个 0（暗）到 1（亮）之间的数。前两张是干净的图；后面几张来自要学习的那批图：动物站得有点偏，有的朝左有的朝右，整张图还盖着一层噪声。

# %% name="pictures"
animals = tg.data.load("birds_and_dogs", n=60, seed=0)
clean = tg.data.load("birds_and_dogs", n=4, noise=0.0, seed=992)
sparrow, dog = clean.X[0], clean.X[2]

def square(row):
    return [row[i : i + 8] for i in range(0, 64, 8)]

names = [("bird", "dog")[k] for k in animals.y[:6]]
tg.plot.pictures([square(x) for x in (sparrow, dog, *animals.X[:6])], ["sparrow", "dog", *names], columns=8, bright=True)

# %% [markdown] lang="zh" strings=true
# ("bird", "dog") => ("鸟", "狗")
# ["sparrow", "dog", *names] => ["麻雀", "狗", *names]

# %% [markdown] lang="en"
# ## What the front line sees
#
# Begin at the bottom. One member of the front line watches three pixels in a row. He is excited when the left one is bright and to the right of it all is dark: there is an **edge**. In numbers: the weights 1, −½, −½, a bias of −½, and relu, which makes 0 of every negative sum: he speaks only if he is excited enough.

# %% [markdown] lang="zh"
# ## 一线员工看见什么
#
# 先从最底层看起。一个一线员工只盯着排成一行的三个像素。左边亮、往右都暗，他就激动：这里有一条**边缘**。写成数：权重是 1、−½、−½，偏置是 −½，再过一个 relu（负的和一律变成 0）：激动得不够就不开口。

# %%
edge = Neuron(3, "relu")
for parameter, number in zip(edge.parameters(), (1.0, -0.5, -0.5, -0.5), strict=True):
    parameter.data = number

# %% hidden=true
tg.predict(
    "All three pixels are bright: 0.9, 0.9, 0.9. How loud is he?",
    edge([0.9, 0.9, 0.9]),
    mistakes={
        0.9 - 0.45 - 0.45 - 0.5: "That is his sum. relu makes 0 of what is negative.",
        0.9 - 0.5: "That is what the left pixel and the bias say. The other two are bright, too, and speak against it.",
    },
    because="0.9 − 0.45 − 0.45 − 0.5 = −0.5, and relu makes 0 of it: no edge, no word.",
)

# %% [markdown] lang="zh" strings=true
# All three pixels are bright: 0.9, 0.9, 0.9. How loud is he? => 三个像素都很亮：0.9、0.9、0.9。他的嗓门有多大？
# 0.9 − 0.45 − 0.45 − 0.5 = −0.5, and relu makes 0 of it: no edge, no word. => 0.9 − 0.45 − 0.45 − 0.5 = −0.5，relu 把它变成 0：没有边缘，就一声不吭。
# "That is his sum. relu makes 0 of what is negative." => "这是他求出的和。负的，relu 一律变成 0。"
# "That is what the left pixel and the bias say. The other two are bright, too, and speak against it." => "这只算了左边的像素和偏置。另外两个像素也亮，都在反对。"

# %% [markdown] lang="en"
# Below, the left pixel is bright and the other two are dark. Step through it. Then turn the knob of the right pixel up, and find where he falls silent.

# %% [markdown] lang="zh"
# 下面左边亮、另外两个暗。一步一步看完，再把右边像素的旋钮往上拧，看他拧到哪里就不作声了。

# %% name="edge"
left, middle, right = tg.Value(0.9, "left"), tg.Value(0.1, "middle"), tg.Value(0.1, "right")
tg.play(edge([left, middle, right]))

# %% [markdown] lang="zh" strings=true
# "left" => "左"
# "middle" => "中"
# "right" => "右"

# %% [markdown] lang="en"
# He falls silent at 0.7: 0.9 − 0.05 − 0.35 is just the 0.5 that the bias takes away.
#
# Now give every pixel such a watcher. Turn the three pixels, and he watches for upper edges (bright below, dark above) or lower ones. A **team lead** listens to three of them. She speaks only if an upper edge, a lower edge and a right edge lie around one pixel: a point. A **beak**.

# %% [markdown] lang="zh"
# 拧到 0.7 他就不作声了：0.9 − 0.05 − 0.35 刚好等于被偏置扣掉的 0.5。
#
# 现在给每个像素都配一个这样的人。把三个像素转个方向，他就能盯上边缘（下亮上暗）或下边缘。一位**组长**听其中三个人说话：一个像素的上面、下面、右面都是边缘，她才开口：那里有个尖。这就是**鸟嘴**。

# %% name="beak"
def watch(picture, across, down):
    """How loud the watcher at each pixel is, who looks along a direction."""
    def at(i, j):
        return picture[8 * i + j] if 0 <= i < 8 and 0 <= j < 8 else 0.0
    places = [(i, j) for i in range(8) for j in range(8)]
    return [edge([at(i - down, j - across), at(i, j), at(i + down, j + across)]).data for i, j in places]

lead = Neuron(3, "relu")
for parameter, number in zip(lead.parameters(), (1.0, 1.0, 1.0, -1.2), strict=True):
    parameter.data = number

seen = []
for picture in (sparrow, dog):
    rights, uppers, lowers = watch(picture, 1, 0), watch(picture, 0, -1), watch(picture, 0, 1)
    beak = [lead([rights[(k + 1) % 64], uppers[k - 8], lowers[(k + 8) % 64]]).data for k in range(64)]
    seen += [picture, rights, uppers, lowers, beak]
titles = ["picture", "right edges", "upper edges", "lower edges", "beak"]
tg.plot.pictures([square(x) for x in seen], titles, columns=5, bright=True)

# %% [markdown] lang="zh" strings=true
# How loud the watcher at each pixel is, who looks along a direction. => 每个像素上、朝某个方向看的那个人，嗓门有多大。
# "picture" => "图"
# "right edges" => "右边缘"
# "upper edges" => "上边缘"
# "lower edges" => "下边缘"
# "beak" => "鸟嘴"

# %% [markdown] lang="en"
# From left to right: pixels, edges, a part. On the sparrow the lead speaks at one pixel, the tip of the beak. On the dog she is silent everywhere. Above her somebody would put beak, eye, wing and feet together: a bird.
#
# We set six weights and two biases for one kind of beak, in one direction. A network for photographs has millions. Nobody could set them by hand. They have to be **found**.
#
# ## Four ranks
#
# So here is the whole company, with all its trust drawn at random. *Front line*: 8, who look at all 64 pixels. *Team leads*: 6, who listen to the front line. *Managers*: 4. *The chief*: two verdicts, *bird* and *dog*, each from 0 to 1.
#
# | in the company | in the network |
# | --- | --- |
# | how loudly one speaks | activation |
# | how far a superior trusts him | weight |
# | influence = loudness × trust | activation × weight |
# | only the excited speak | relu |
#
# In the code a rank is a `Layer`: how many it listens to, how many people it has, and what makes them speak. A `Module` is whatever is put together of such parts.

# %% [markdown] lang="zh"
# 从左到右：像素、边缘、部件。看麻雀时，组长只在一个像素上开口，正是嘴尖。看狗时，她到处都不作声。再往上，会有人把嘴、眼睛、翅膀和脚拼在一起：一只鸟。
#
# 为了一种、一个朝向的鸟嘴，我们亲手定了六个权重和两个偏置。认照片的网络有几百万个，没有人能一个个去定。只能让它自己去**找**。
#
# ## 四级员工
#
# 下面是整家公司，所有的信任都是随机抽的。*一线员工*（front_line）8 人，看全部 64 个像素；*组长*（team_leads）6 人，听一线员工的；*部门经理*（managers）4 人；*总裁*（chief）给出两个判断，*鸟*和*狗*，各在 0 到 1 之间。
#
# | 公司里 | 网络里 |
# | --- | --- |
# | 嗓门有多大 | 激活值 |
# | 上级对他有多信任 | 权重 |
# | 影响力 = 嗓门 × 信任 | 激活值 × 权重 |
# | 够激动才开口 | relu |
#
# 在代码里，一级员工就是一个 `Layer`：听几个人的，自己有几个人，怎样才开口。用这些零件拼起来的东西，叫 `Module`。

# %%
class Company(Module):
    def __init__(self, seed):
        luck = random.Random(seed)
        self.front_line = Layer(64, 8, "relu", luck)
        self.team_leads = Layer(8, 6, "relu", luck)
        self.managers = Layer(6, 4, "relu", luck)
        self.chief = Layer(4, 2, "sigmoid", luck)

    def forward(self, picture):
        return self.chief(self.managers(self.team_leads(self.front_line(picture))))

# %% [markdown] lang="en"
# Every trust is drawn evenly from −1 to 1. To have a first day to talk about, we take one draw among many (seed 6008), in which somebody shouts the wrong thing and somebody argues for the right one. And we set the chief's two biases so that the first verdict on the sparrow is *bird 0.1, dog 0.8*. All 592 weights are as they were drawn.

# %% [markdown] lang="zh"
# 每份信任都是在 −1 到 1 之间均匀抽出来的。为了有一个好讲的“上班第一天”，我们从许多次抽签里挑了一次（种子 6008）：正好有人大声喊错，也有人替正确的一方说话。再把总裁的两个偏置定成这样：对麻雀的第一次判断恰好是*鸟 0.1，狗 0.8*。592 个权重，抽到什么就是什么。

# %% name="first_verdict"
def first_day():
    company = Company(seed=6008)
    for wanted, neuron, said in zip((0.1, 0.8), company.chief.neurons, company(sparrow), strict=True):
        neuron.b.data = math.log(wanted / (1 - wanted)) - math.log(said.data / (1 - said.data))
    return company

company = first_day()
verdict = company(sparrow)
tg.rubber_band(verdict, "bird", classes=["bird", "dog"])

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"

# %% [markdown] lang="en"
# The bird's band is 0.9 long and pulls up; the dog's is 0.8 long and pulls down.
#
# ## Who said dog?
#
# Here are the upper three ranks, and what each one said about the sparrow. A circle is a person, the number in it how loudly that person spoke. A line is trust: orange is positive, blue negative (*“when he speaks, I believe the opposite”*), thick is much. On the left stand the 8 of the front line.

# %% [markdown] lang="zh"
# 鸟的橡皮筋长 0.9，往上拉；狗的长 0.8，往下拉。
#
# ## 是谁说的“狗”？
#
# 下面是上面三级，以及每个人对这只麻雀说了什么。一个圆圈是一个人，里面的数是他的嗓门。一条线是一份信任：橙色为正，蓝色为负（“他一开口，我就往反处想”），越粗越多。最左边站着 8 个一线员工。

# %% name="ranks"
upper_ranks = tg.nn.Sequential(company.team_leads, company.managers, company.chief)
tg.draw(upper_ranks, company.front_line(sparrow))

# %% [markdown] lang="en"
# Now the chief's desk. Each manager's influence on each verdict is *loudness × trust*:

# %% [markdown] lang="zh"
# 再看总裁的办公桌。每个经理对每个判断的影响力，就是*嗓门 × 信任*：

# %% name="influence"
managers = company.managers(company.team_leads(company.front_line(sparrow)))
bird, dog_ = company.chief.neurons
influence = {f"manager {k} on dog": 0.0 + manager.data * dog_.w[k].data for k, manager in enumerate(managers)}
tg.plot.bars(influence | {f"manager {k} on bird": 0.0 + m.data * bird.w[k].data for k, m in enumerate(managers)}, x="loudness × trust")

# %% [markdown] lang="zh" strings=true
# f"manager {k} on dog" => f"经理 {k} 对“狗”"
# f"manager {k} on bird" => f"经理 {k} 对“鸟”"
# "loudness × trust" => "嗓门 × 信任"

# %% [markdown] lang="en"
# Manager 0 shouts *dog*, and speaks against *bird*: the wrong verdict is his. Manager 3 argues for *bird* and against *dog*, and is outvoted. Manager 2 speaks against both. Manager 1 keeps silent.
#
# ## The pain is shared out
#
# The loss is ½ (bird − 1)² + ½ (dog − 0)² (in the code `mse`, the mean of the squared errors). Its pull goes backward through the chief's sigmoid and arrives at the sum that the chief has formed for *dog*. Call what arrives there the **pain** (the gradient). Then the rule for every trust is one product:
#
# **change of trust ∝ pain arriving × loudness**
#
# That is the chain rule: the sum is trust × loudness + …, so its slope towards a trust is the loudness.

# %% [markdown] lang="zh"
# 经理 0 大喊“狗”，还反对“鸟”：这个错误判断就是他的。经理 3 支持“鸟”、反对“狗”，但没争过。经理 2 两个都不看好。经理 1 一声没吭。
#
# ## 痛苦怎么分摊
#
# 损失是 ½ (鸟 − 1)² + ½ (狗 − 0)²（代码里叫 `mse`，平方误差的平均）。橡皮筋的拉力往回走，穿过总裁的 sigmoid，到达总裁为“狗”求的那个和。到了这里的那份，就叫**痛苦**（也就是梯度）。接下来，每份信任怎么改，只是一次乘法：
#
# **信任的改变 ∝ 传来的痛苦 × 当时的嗓门**
#
# 这就是链式法则：那个和是“信任 × 嗓门 + ……”，它对信任的斜率正好是嗓门。

# %%
loudest = max(range(4), key=lambda k: managers[k].data)

# %% hidden=true
tg.predict(
    "In whom does the chief's dog verdict lose most trust?",
    f"manager {loudest}",
    choices=[f"manager {k}" for k in range(4)],
    mistakes={
        "manager 1": "He kept silent: pain × 0 is 0.",
        "manager 2": "He spoke against the dog. But the sign of the trust does not enter, only his loudness: 2.1.",
        "manager 3": "He argued for the bird, but speaking he was: 3.7. Manager 0 was louder, 5.5.",
    },
    because="The pain at the dog's sum is the same for all four. The loudest has the largest product.",
)

# %% [markdown] lang="zh" strings=true
# In whom does the chief's dog verdict lose most trust? => 总裁的“狗”这个判断，会对谁失去最多信任？
# f"manager {loudest}" => f"经理 {loudest}"
# "manager 1" => "经理 1"
# "manager 2" => "经理 2"
# "manager 3" => "经理 3"
# f"manager {k}" => f"经理 {k}"
# The pain at the dog's sum is the same for all four. The loudest has the largest product. => 传到“狗”那个和上的痛苦，对四个人都一样；嗓门最大的人，乘积最大。
# "He kept silent: pain × 0 is 0." => "他没开口：痛苦 × 0 还是 0。"
# "He spoke against the dog. But the sign of the trust does not enter, only his loudness: 2.1." => "他反对“狗”。可是信任的正负不算在内，算的只有嗓门：2.1。"
# "He argued for the bird, but speaking he was: 3.7. Manager 0 was louder, 5.5." => "他替“鸟”说话，可毕竟开了口：3.7。经理 0 更大声，5.5。"

# %% [markdown] lang="en"
# Here is the chief's desk alone, with the managers' words as they came in. Step to the backward part, and look at what each trust receives.

# %% [markdown] lang="zh"
# 下面只看总裁的办公桌，经理们说的话按送来时的样子摆好。走到反向的部分，看每份信任收到了什么。

# %% name="desk"
words = [tg.Value(manager.data, f"manager {k}") for k, manager in enumerate(managers)]
for name, neuron in zip(("bird", "dog"), company.chief.neurons, strict=True):
    neuron.b.name = f"bias of {name}"
    for k, w in enumerate(neuron.w):
        w.name = f"trust of {name} in {k}"
tg.play(tg.nn.mse(company.chief(words), [1.0, 0.0]))

# %% [markdown] lang="zh" strings=true
# "manager {k}" => "经理 {k}"
# "bird", "dog" => "鸟", "狗"
# bias of {name} => 偏置：{name}
# trust of {name} in {k} => 信任：{name}对 {k}

# %% [markdown] lang="en"
# Now the backward pass through the whole company. A **notice** is what one step of learning would do: −(learning rate) × gradient. With a learning rate of 0.1 the chief's eight notices are:

# %% [markdown] lang="zh"
# 现在对整家公司做一次反向传播。所谓**通知单**，就是学一步会带来的改动：−(学习率) × 梯度。学习率取 0.1，总裁那里的八张通知单是：

# %% name="notices"
loss = tg.nn.mse(verdict, [1.0, 0.0])
loss.backward()
notices = {f"dog's trust in manager {k}": 0.0 - 0.1 * dog_.w[k].grad for k in range(4)}
tg.plot.bars(notices | {f"bird's trust in manager {k}": 0.0 - 0.1 * bird.w[k].grad for k in range(4)}, x="notice")

# %% [markdown] lang="zh" strings=true
# f"dog's trust in manager {k}" => f"“狗”的信任：经理 {k}"
# f"bird's trust in manager {k}" => f"“鸟”的信任：经理 {k}"
# "notice" => "通知"

# %% [markdown] lang="en"
# Check one by hand. The pain at the dog's sum is (0.8 − 0) × 0.8 × (1 − 0.8) = 0.128, and manager 0 spoke with 5.47, so the notice is −0.1 × 0.128 × 5.47 = −0.07.
#
# - On the *dog* side everyone who spoke loses trust, the loudest most.
# - On the *bird* side everyone who spoke gains, again in proportion.
# - Manager 1 was silent: **exactly 0** on both.
#
# ## Rank by rank
#
# The managers pass the pain on in the same way. What arrives at a manager is a sum over the verdicts: *pain × trust*. That, times the slope of his relu (1 if he spoke, 0 if not), is his **blame**. In the picture it is the ring around each circle: orange says *“the loss would shrink if you spoke less”*, blue *“if you spoke more”*.

# %% [markdown] lang="zh"
# 用手验算一张：传到“狗”那个和上的痛苦是 (0.8 − 0) × 0.8 × (1 − 0.8) = 0.128，经理 0 的嗓门是 5.47，所以通知单是 −0.1 × 0.128 × 5.47 = −0.07。
#
# - “狗”这一边，凡是开了口的都失去信任，嗓门最大的失去最多。
# - “鸟”这一边，凡是开了口的都得到信任，也按嗓门的比例。
# - 经理 1 没开口：两边都**恰好是 0**。
#
# ## 一级一级往下传
#
# 经理们用同样的办法把痛苦往下传。到达一个经理的，是各个判断的*痛苦 × 信任*之和。再乘上他那个 relu 的斜率（开了口是 1，没开口是 0），就是他的**责任**。图中圆圈外面那一环就是它：橙色的意思是“你小点声，损失就会小”，蓝色是“你大点声，损失就会小”。

# %% name="blame"
tg.draw(upper_ranks, company.front_line(sparrow))

# %% [markdown] lang="en"
# Manager 0, who shouted *dog*, is told to be quieter; manager 3, who argued for *bird*, to be louder. The same product again and again, down to the front line: the exact sharing out of responsibility is the chain rule.
#
# Whoever kept silent has no ring: relu is flat there, slope 0, and nothing passes.

# %% [markdown] lang="zh"
# 经理 0 喊了“狗”，通知他小点声；经理 3 替“鸟”说了话，通知他大点声。同样的乘法一次又一次，一直传到一线：责任分得分毫不差，这就是链式法则。
#
# 没开口的人没有环：relu 在那里是平的，斜率为 0，什么也传不过去。

# %%
silent = sum(neuron.b.grad == 0.0 for neuron in company.front_line.neurons)

# %% hidden=true
tg.predict(
    "Five of the front line's eight kept silent. How many of the eight receive a notice of exactly 0 on every one of their 64 trusts?",
    sum(all(w.grad == 0.0 for w in neuron.w) for neuron in company.front_line.neurons),
    tolerance=0.0,
    mistakes={
        8.0 - silent: "So many spoke, and were heard. They are the ones who get a notice.",
        0.0: "Pain arrives at all of them. But it is multiplied by relu's slope, which is 0 for who kept silent.",
    },
    because="All that kept silent. And whoever spoke, but was heard by nobody who spoke, would get 0 too.",
)

# %% [markdown] lang="zh" strings=true
# Five of the front line's eight kept silent. How many of the eight receive a notice of exactly 0 on every one of their 64 trusts? => 一线 8 人里有 5 人没开口。这 8 人里，有几个人的 64 份信任，收到的通知全都恰好是 0？
# All that kept silent. And whoever spoke, but was heard by nobody who spoke, would get 0 too. => 没开口的人全都是。另外，开了口、但听他的人都没开口，也会得 0。
# "So many spoke, and were heard. They are the ones who get a notice." => "开了口、也有人听的，才是这么多。收到通知的正是他们。"
# "Pain arrives at all of them. But it is multiplied by relu's slope, which is 0 for who kept silent." => "痛苦传得到每个人，可要乘上 relu 的斜率，而没开口的人斜率是 0。"

# %% [markdown] lang="en"
# What does a notice look like at the very bottom? It has 64 numbers, one a pixel: *blame × how bright the pixel was*. So the notice of each one in the front line is **the sparrow itself**, in the size and sign of his blame. A dark pixel is a silent one: 0.

# %% [markdown] lang="zh"
# 最底层的通知单长什么样？上面有 64 个数，每个像素一个：*责任 × 这个像素当时有多亮*。所以每个一线员工的通知单，就是**那只麻雀本身**，只是大小和正负由他的责任决定。暗的像素等于没开口：0。

# %% name="silent"
pages = [[0.0 - 0.1 * w.grad for w in neuron.w] for neuron in company.front_line.neurons]
tg.plot.pictures([square(page) for page in pages], [f"front line {k}" for k in range(8)], columns=8)

# %% [markdown] lang="zh" strings=true
# f"front line {k}" => f"一线 {k}"

# %% [markdown] lang="en"
# Three notices show a sparrow; five pages are blank. Blue says *trust this pixel less* (orange would say *more*): the chain of command has found that all three helped the shout for *dog*.
#
# ## One step
#
# Everyone does what the notice says. What happens to the verdicts?

# %% [markdown] lang="zh"
# 三张通知单上是麻雀，五张是空白。蓝色的意思是*以后少信这个像素一点*（橙色才是*多信一点*）：一级级追下来，这三个人都给喊“狗”的人帮了腔。
#
# ## 走一步
#
# 每个人都照通知单改。判断会变成什么样？

# %%
before = [p.data for p in company(dog)]
for parameter in company.parameters():
    parameter.data -= 0.1 * parameter.grad
after = [p.data for p in company(dog)]

# %% hidden=true
tg.predict(
    "Only the sparrow was shown. Does the verdict on the dog's picture move, too?",
    "yes" if after != before else "no",
    choices=["yes", "no"],
    mistakes={
        "no": "The company has one set of weights for all pictures, and the step has changed them.",
    },
    because=f"There dog fell from {before[1]:.2f} to {after[1]:.2f}, though dog is right there. It was pulled along.",
)

# %% [markdown] lang="zh" strings=true
# Only the sparrow was shown. Does the verdict on the dog's picture move, too? => 给公司看的只有麻雀。它对狗那张图的判断，会不会也跟着动？
# "yes" => "会"
# "no" => "不会"
# There dog fell from {before[1]:.2f} to {after[1]:.2f}, though dog is right there. It was pulled along. => 在那张图上，“狗”从 {before[1]:.2f} 跌到了 {after[1]:.2f}，可那里“狗”才是对的。它是被捎带着拉走的。
# "The company has one set of weights for all pictures, and the step has changed them." => "公司看所有的图，用的是同一批权重，而这一步把它们改了。"

# %% name="one_step"
tg.plot.bars(
    {"sparrow: bird": company(sparrow)[0], "sparrow: dog": company(sparrow)[1], "dog: bird": after[0], "dog: dog": after[1]},
    x="verdict after one step",
)

# %% [markdown] lang="zh" strings=true
# "sparrow: bird" => "麻雀图：鸟"
# "sparrow: dog" => "麻雀图：狗"
# "dog: bird" => "狗图：鸟"
# "dog: dog" => "狗图：狗"
# "verdict after one step" => "走一步之后的判断"

# %% [markdown] lang="en"
# The same trust is used for every picture. One step along one pull moves **all** sliders, of all pictures. That is why one shows many pictures, and takes small steps.
#
# ## Until the bands are slack
#
# Sixty pictures, sixty times each. Choose an example, and move the slider over the epochs: the bands slacken.

# %% [markdown] lang="zh"
# 同一份信任要用在每一张图上。顺着一次拉力走一步，**所有**图的**所有**滑块都会动。所以要给它看很多图，每次只走一小步。
#
# ## 直到橡皮筋都松下来
#
# 六十张图，每张看六十遍。选一个样本，拖动轮次的进度条：橡皮筋松下来了。

# %% name="slack"
def truth(data):
    return [[1.0 - label, float(label)] for label in data.y]

company = first_day()
history = tg.fit(company, (animals.X, truth(animals)), loss="mse", epochs=60, validation=None, record="bands", progress=False)
tg.rubber_band(history, (sparrow, [1.0, 0.0]), classes=["bird", "dog"], shape=(8, 8))

# %% [markdown] lang="zh" strings=true
# "bird" => "鸟"
# "dog" => "狗"

# %% [markdown] lang="en"
# ## Does noise lose its credit?
#
# One tells it so: the trust in those who only make noise shrinks, and the trust in the reliable ones grows into a motorway. Look, before you believe it. Eight pixels at the corners and edges never show an animal; what they say is noise. On the first day the front line's trust in them is 0.51 on average (in absolute value).

# %% [markdown] lang="zh"
# ## 噪声真的会失宠吗？
#
# 人们常这么讲：只会制造噪声的人，得到的信任越来越少；可靠的人，得到的信任越来越多，变成一条高速公路。先别急着信，看一看。边角上有八个像素从来照不到动物，它们说的全是噪声。第一天，一线员工对它们的信任平均是 0.51（取绝对值）。

# %%
shown = tg.data.load("birds_and_dogs", n=400, noise=0.0, seed=5).X
empty = [j for j in range(64) if max(x[j] for x in shown) == 0.0]

def trust_in(company, pixels):
    sizes = [abs(neuron.w[j].data) for neuron in company.front_line.neurons for j in pixels]
    return sum(sizes) / len(sizes)

at_first, learnt = trust_in(first_day(), empty), trust_in(company, empty)

# %% hidden=true
tg.predict(
    "After training, how large is the front line's trust in the eight empty pixels? (0.51 at first)",
    learnt,
    tolerance=0.1,
    mistakes={
        0.0: "So one tells it. But nothing in the loss pulls these weights towards 0.",
    },
    because=f"Before {at_first:.2f}, after {learnt:.2f}. Noise pulls this way today and that way tomorrow: nobody takes its trust away.",
)

# %% [markdown] lang="zh" strings=true
# After training, how large is the front line's trust in the eight empty pixels? (0.51 at first) => 训练之后，一线员工对这八个空白像素的信任有多大？（一开始是 0.51）
# f"Before {at_first:.2f}, after {learnt:.2f}. Noise pulls this way today and that way tomorrow: nobody takes its trust away." => f"之前 {at_first:.2f}，之后 {learnt:.2f}。噪声今天往这边拉，明天往那边拉：没有人把给它的信任收回去。"
# "So one tells it. But nothing in the loss pulls these weights towards 0." => "人们是这么说的。可是损失里没有什么把这些权重往 0 拉。"

# %% [markdown] lang="en"
# Plain learning does not clean up. It takes one more rule: **trust fades a little with every step, unless it is renewed** (weight decay). Then it is as one tells it. Each picture shows the front line's trust in each pixel, on average: on the first day, after plain learning, and after learning with fading trust.

# %% [markdown] lang="zh"
# 光学习是不会打扫卫生的。还要加一条规矩：**信任每一步都会淡一点，除非有人不断续上**（权重衰减）。这样，那句话才成立。下面每张图是一线员工对每个像素的平均信任：第一天；只是学习之后；信任会变淡的学习之后。

# %% name="noise"
frugal = first_day()
fading = tg.optim.SGD(frugal.parameters(), lr=0.3, weight_decay=0.01)
tg.fit(frugal, (animals.X, truth(animals)), loss="mse", optimizer=fading, epochs=200, validation=None, progress=False)
maps = [[trust_in(c, [j]) for j in range(64)] for c in (first_day(), company, frugal)]
tg.plot.pictures([square(m) for m in maps], ["first day", "learnt", "trust fades"])

# %% [markdown] lang="zh" strings=true
# "first day" => "第一天"
# "learnt" => "学过"
# "trust fades" => "信任会淡"

# %% name="motorway"
others = [j for j in range(64) if j not in empty]
top = [sum(abs(w.data) for n in c.chief.neurons for w in n.w) / 8 for c in (first_day(), frugal)]
tg.plot.bars({
    "empty pixels, first day": at_first, "empty pixels, trust fades": trust_in(frugal, empty),
    "other pixels, first day": trust_in(first_day(), others), "other pixels, trust fades": trust_in(frugal, others),
    "managers, first day": top[0], "managers, trust fades": top[1],
}, x="trust, on average")

# %% [markdown] lang="zh" strings=true
# "empty pixels, first day" => "空白像素，第一天"
# "empty pixels, trust fades" => "空白像素，信任会淡"
# "other pixels, first day" => "其余像素，第一天"
# "other pixels, trust fades" => "其余像素，信任会淡"
# "managers, first day" => "经理，第一天"
# "managers, trust fades" => "经理，信任会淡"
# "trust, on average" => "平均信任"

# %% [markdown] lang="en"
# The trust in the empty pixels is nearly gone. Where an animal can be seen some is kept. And the chief trusts the managers more than on the first day: what is renewed at every step is the motorway.
#
# ## Blame is sensitivity, not guilt
#
# Here the company misleads. *Blame* sounds like guilt, and like worth. It is neither: it says how much the loss would change if this one spoke a little louder, **now**, on **this** picture.
#
# The trained company knows the sparrow. All bands are slack, so there is no pain, and no blame for anyone. Is everyone dispensable, then? Fire them one at a time (nobody listens to that person any more), and look at the loss on the sixty pictures.

# %% [markdown] lang="zh"
# 对空白像素的信任几乎没有了；照得到动物的地方，还留着一些。总裁对经理们的信任比第一天更大：每一步都有人续上的，就是那条高速公路。
#
# ## 责任说的是敏感，不是罪过
#
# 在这里，“公司”这个比方会把人带偏。“责任”听起来像罪过，也像功劳。两样都不是。它只说：**此刻**、对**这张**图，他要是大声一点点，损失会变多少。
#
# 训练好的公司认得麻雀了。橡皮筋都松了，没有痛苦，谁都没有责任。那么谁都可以不要了吗？一个一个开除看看（没有人再听他说话），再看六十张图上的损失。

# %%
def loss_without(rank, above, k):
    kept = [neuron.w[k].data for neuron in above.neurons]
    for neuron in above.neurons:
        neuron.w[k].data = 0.0
    answers = company.predict(animals.X)
    for neuron, trust in zip(above.neurons, kept, strict=True):
        neuron.w[k].data = trust
    return tg.nn.mse(answers, truth(animals))

ranks = {"manager": (company.managers, company.chief), "lead": (company.team_leads, company.managers)}
fired = {f"{name} {k}": loss_without(*pair, k) for name, pair in ranks.items() for k in range(len(pair[0].neurons))}

# %% [markdown] lang="zh" strings=true
# "manager" => "经理"
# "lead" => "组长"

# %% hidden=true
tg.predict(
    "The blame of every manager and lead on the sparrow is now below 0.000001. How large is the loss without the most important one?",
    max(fired.values()),
    tolerance=0.2,
    mistakes={
        0.0: "No blame means that a tiny turn changes nothing. To be fired is no tiny turn.",
    },
    because="Without him half of the sixty verdicts are wrong: the company may as well toss a coin.",
)

# %% [markdown] lang="zh" strings=true
# The blame of every manager and lead on the sparrow is now below 0.000001. How large is the loss without the most important one? => 现在，每个经理和组长在麻雀上的责任都小于 0.000001。如果没有了最要紧的那个人，损失有多大？
# Without him half of the sixty verdicts are wrong: the company may as well toss a coin. => 没有他，六十个判断错一半：跟抛硬币没有两样。
# "No blame means that a tiny turn changes nothing. To be fired is no tiny turn." => "没有责任，是说变一点点没有影响。开除可不是一点点。"

# %% name="fired"
tg.plot.bars(fired, x="loss without this one")

# %% [markdown] lang="zh" strings=true
# "loss without this one" => "没有他时的损失"

# %% [markdown] lang="en"
# All are blameless. Manager 0 is indispensable. Lead 1 is useless: without her the loss stays as small as it was. The gradient tells neither from the other. It was never asked *“who matters?”*, only *“which way is down, from here?”*
#
# ## Slack bands are no proof
#
# One more limit. All bands are slack **on the pictures seen**. How good is the company on 400 pictures that it never saw, if it learns from 8, 16, 32 ... pictures?

# %% [markdown] lang="zh"
# 谁都没有责任。可是经理 0 缺不得；组长 1 却是摆设：没有她，损失照样那么小。梯度分不出这两种人。没有人问过它“谁重要”，只问过它“从这里，往哪边是下坡”。
#
# ## 橡皮筋松了，不算证明
#
# 还有一处局限。橡皮筋松了，是在**看过的图**上。如果只看 8、16、32……张图来学，公司在 400 张没见过的图上表现如何？

# %% name="unseen"
unseen = tg.data.load("birds_and_dogs", n=400, seed=1)
shares = {"seen": [], "never seen": []}
sizes = [8, 16, 32, 64, 128]
for n in sizes:
    pupil, few = first_day(), tg.data.load("birds_and_dogs", n=n, seed=0)
    tg.fit(pupil, (few.X, truth(few)), loss="mse", epochs=3840 // n, validation=None, progress=False)
    shares["seen"].append(tg.accuracy(pupil, few))
    shares["never seen"].append(tg.accuracy(pupil, unseen))
tg.plot.lines(shares, at=sizes, x="pictures to learn from", y="share that is right")

# %% [markdown] lang="zh" strings=true
# "seen" => "看过的图"
# "never seen" => "没见过的图"
# "pictures to learn from" => "用来学的图有几张"
# "share that is right" => "答对的比例"

# %% hidden=true
tg.predict(
    "With 8 pictures to learn from, all 8 are right at the end. What share of new pictures is right? (guessing: 0.5)",
    shares["never seen"][0],
    tolerance=0.1,
    mistakes={
        1.0: "That is the share of the eight that it has seen.",
        0.8: "It takes four times as many pictures for that: see the curve at 32.",
    },
    because="Eight pictures can be told apart by many things that have nothing to do with birds and dogs.",
)

# %% [markdown] lang="zh" strings=true
# With 8 pictures to learn from, all 8 are right at the end. What share of new pictures is right? (guessing: 0.5) => 只用 8 张图来学，最后这 8 张全对。没见过的图，能答对多大比例？（瞎猜是 0.5）
# Eight pictures can be told apart by many things that have nothing to do with birds and dogs. => 要把八张图区分开，有许多办法，和鸟、狗都没有关系。
# "never seen" => "没见过的图"
# "That is the share of the eight that it has seen." => "那是它看过的八张图的比例。"
# "It takes four times as many pictures for that: see the curve at 32." => "要看四倍的图才有这么多：看曲线上 32 那一点。"

# %% [markdown] lang="en"
# ## Exercises
#
# **1.** On another first day no team lead speaks. How many of the front line's 8 × 64 trusts get a notice other than 0? Say it first.

# %% [markdown] lang="zh"
# ## 练习
#
# **1.** 换一个“第一天”：组长全都没开口。一线员工的 8 × 64 份信任里，有多少份收到不为 0 的通知？先说再看。

# %%
quiet = first_day()
for neuron in quiet.team_leads.neurons:
    neuron.b.data = -100.0
tg.nn.mse(quiet(sparrow), [1.0, 0.0]).backward()

# %% hidden=true
tg.predict(
    "How many notices of the front line are not 0?",
    sum(w.grad != 0.0 for neuron in quiet.front_line.neurons for w in neuron.w),
    mistakes={
        8 * 64: "So many trusts there are. But on the way to them all pain meets a relu that is flat.",
        51: "So many it was when the team leads spoke: three people, 17 bright pixels each.",
    },
    because="None: all pain goes through the team leads, and relu is flat where they are. The company cannot learn from this picture.",
)

# %% [markdown] lang="zh" strings=true
# How many notices of the front line are not 0? => 一线员工有多少张不为 0 的通知？
# None: all pain goes through the team leads, and relu is flat where they are. The company cannot learn from this picture. => 一张也没有：所有痛苦都要经过组长，而 relu 在她们那里是平的。公司从这张图上什么也学不到。
# "So many trusts there are. But on the way to them all pain meets a relu that is flat." => "信任一共是这么多份。可是痛苦在半路上都碰到了平的 relu。"
# "So many it was when the team leads spoke: three people, 17 bright pixels each." => "组长开口的时候是这么多：三个人，各 17 个亮的像素。"

# %% [markdown] lang="en"
# **2.** Share out the pain yourself. A desk with two managers and one verdict, *dog*, that should be 0:

# %% [markdown] lang="zh"
# **2.** 自己动手分摊一次痛苦。一张小办公桌，两个经理，一个判断“狗”，应该是 0：

# %% name="your_turn"
a, b = tg.Value(2.0, "a"), tg.Value(0.5, "b")
trust_a, trust_b = tg.Value(0.8, "trust a"), tg.Value(-0.4, "trust b")
said = tg.sigmoid(trust_a * a + trust_b * b)
said.name = "dog"
tg.practice((said - 0.0) ** 2 / 2)

# %% [markdown] lang="zh" strings=true
# "trust a" => "对 a 的信任"
# "trust b" => "对 b 的信任"
# "dog" => "狗"

# %% [markdown] lang="en"
# **3.** Our team lead hears points that look right. The mirrored sparrow looks left. Does she find anything in it?

# %% [markdown] lang="zh"
# **3.** 我们那位组长只听得见朝右的尖。镜像的麻雀朝左。她在上面会找到什么吗？

# %%
mirrored = [row[j] for row in square(sparrow) for j in reversed(range(8))]
sides, uppers, lowers = watch(mirrored, 1, 0), watch(mirrored, 0, -1), watch(mirrored, 0, 1)
points = [lead([sides[(k + 1) % 64], uppers[k - 8], lowers[(k + 8) % 64]]).data for k in range(64)]

# %% hidden=true
tg.predict(
    "Does the lead speak when the mirrored sparrow is shown?",
    "yes" if max(points) > 0.0 else "no",
    choices=["yes", "no"],
    mistakes={
        "no": "The beak looks left now, and she hears points that look right. But the beak is not the only point.",
    },
    because=f"She speaks at row {points.index(max(points)) // 8}, column {points.index(max(points)) % 8}, counted from 0: the tip of the tail. A point is a point. She never knew what a beak is.",
)

# %% [markdown] lang="zh" strings=true
# Does the lead speak when the mirrored sparrow is shown? => 给她看镜像的麻雀，她会开口吗？
# "yes" => "会"
# "no" => "不会"
# She speaks at row {points.index(max(points)) // 8}, column {points.index(max(points)) % 8}, counted from 0: the tip of the tail. A point is a point. She never knew what a beak is. => 她在第 {points.index(max(points)) // 8} 行、第 {points.index(max(points)) % 8} 列开了口（从 0 数起），那是尾巴尖。尖就是尖，她从来不知道什么叫鸟嘴。
# "The beak looks left now, and she hears points that look right. But the beak is not the only point." => "嘴现在朝左，她只听得见朝右的尖。可是图上的尖，不止嘴一个。"

# %% [markdown] lang="en"
# <details><summary>And how would one find the beak that looks left?</summary>
#
# `watch(mirrored, -1, 0)` reads the three pixels from right to left, and the lead must listen to the neighbour on the left, `sides[k - 1]`. The same rule, turned around.
# </details>
#
# **Next:** [05](05_why_topological_order.ipynb) asks in which order the notices have to be written, and what goes wrong otherwise.

# %% [markdown] lang="zh"
# <details><summary>那要怎样才能找到朝左的嘴？</summary>
#
# `watch(mirrored, -1, 0)` 会从右往左读那三个像素；组长则要改听左边的邻居，`sides[k - 1]`。还是那条规则，只是掉了个头。
# </details>
#
# **下一课：**[第 5 课](05_why_topological_order.ipynb)问：这些通知单该按什么次序写，次序乱了会出什么错。

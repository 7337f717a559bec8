# rooms and size -> price, one house after the other

table = """rooms size price
2 0.54 1.31
3 0.71 1.79
3 0.80 1.95
4 0.95 2.37
1 0.33 0.82
5 1.20 2.98
2 0.60 1.44
4 1.02 2.51"""

houses = [[float(v) for v in line.split()] for line in table.splitlines()[1:-1]]
theta = [0.0, 0.0, 0.0]


def estimate(rooms, size):
    return theta[0] + theta[1] * rooms + theta[2] * size


for year in range(100):
    off = 0
    for rooms, size, price in houses:
        gap = estimate(rooms, size) - price
        off += gap ** 2
        theta[0] -= 0.01 * gap
        theta[1] -= 0.01 * gap * rooms
        theta[2] -= 0.01 * gap * size
    if year % 20 == 0:
        print("year", year, "off by", round(off, 4))

print(theta)

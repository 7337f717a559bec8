import numpy as np

# squashing; slope=True gives the slope from the squashed value
def squash(v, slope=False):
    if slope:
        return v*(1-v)
    return 1/(1+np.exp(-v))

data_in = np.array([[0,0,1], [1,0,1], [0,1,1], [1,1,1], [0,0,0]])
data_out = np.array([[0,1,1,0,0]]).T

np.random.seed(101)
syn0 = np.random.random((3,5))*2 - 1
syn1 = np.random.random((5,1))*2 - 1

step = 0
while step < 50000:
    mid_in = np.dot(data_in, syn0)
    mid = squash(mid_in)
    end = squash(np.dot(mid, syn1))

    # distance to the goal, weighed with how unsure the net is
    end_miss = data_out - end
    end_delta = end_miss*squash(end, slope=True)

    mid_miss = end_delta.dot(syn1.T)
    mid_delta = mid_miss*squash(mid_in, slope=True)

    syn1 += mid.T.dot(end_delta)
    syn0 += data_in.T.dot(mid_delta)
    step += 1
    if not step % 5000:
        print(step, "average miss:", abs(end_miss).mean())

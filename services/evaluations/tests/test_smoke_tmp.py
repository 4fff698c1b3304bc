import pytest
pytestmark = pytest.mark.asyncio
async def test_it(school):
    e = await school.enrol()
    await school.decide(e, "M1","M2","M3","M4")
    print(await school.award(e))
    assert await school.blocks(e)==[1,2,3]

"""Capabilities as services answer them, short."""

WMS_130 = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms"
  xmlns:xlink="http://www.w3.org/1999/xlink">
  <Service><Name>WMS</Name><Title>\xc9preuve</Title></Service>
  <Capability>
    <Request>
      <GetCapabilities><Format>text/xml</Format></GetCapabilities>
      <GetMap><Format>image/jpeg</Format><Format>image/png; mode=8bit</Format>
        <DCPType><HTTP><Get><OnlineResource xlink:type="simple" xlink:href="%URL%"/></Get></HTTP></DCPType>
      </GetMap>
    </Request>
    <Layer><Title>all</Title><CRS>EPSG:4326</CRS><CRS>EPSG:3857</CRS>
      <EX_GeographicBoundingBox><westBoundLongitude>3</westBoundLongitude>
        <eastBoundLongitude>4</eastBoundLongitude><southBoundLatitude>43</southBoundLatitude>
        <northBoundLatitude>44</northBoundLatitude></EX_GeographicBoundingBox>
      <BoundingBox CRS="EPSG:3857" minx="334000" miny="5311000" maxx="445000" maxy="5465000"/>
      <Layer queryable="0"><Name>ortho</Name><Title>Ortho</Title><CRS>EPSG:2154</CRS></Layer>
      <Layer><Name>limits</Name><Title>Limits</Title></Layer>
    </Layer>
  </Capability>
</WMS_Capabilities>"""

WMS_111 = b"""<?xml version="1.0"?>
<!DOCTYPE WMT_MS_Capabilities SYSTEM "http://schemas.example/WMS_MS_Capabilities.dtd">
<WMT_MS_Capabilities version="1.1.1"><Service><Name>OGC:WMS</Name></Service>
  <Capability><Request><GetMap><Format>image/gif</Format></GetMap></Request>
    <Layer><SRS>EPSG:32631 EPSG:4326</SRS><Layer><Name>a</Name></Layer></Layer>
  </Capability></WMT_MS_Capabilities>"""

WMTS = b"""<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1"
  xmlns:xlink="http://www.w3.org/1999/xlink" version="1.0.0">
  <ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP><ows:Get xlink:href="%URL%?">
    <ows:Constraint name="GetEncoding"><ows:AllowedValues><ows:Value>KVP</ows:Value></ows:AllowedValues>
    </ows:Constraint></ows:Get></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata>
  <Contents>
    <Layer><ows:Title>Ortho</ows:Title><ows:Identifier>ortho</ows:Identifier>
      <ows:WGS84BoundingBox><ows:LowerCorner>3 43</ows:LowerCorner><ows:UpperCorner>4 44</ows:UpperCorner>
      </ows:WGS84BoundingBox>
      <Style><ows:Identifier>other</ows:Identifier></Style>
      <Style isDefault="true"><ows:Identifier>normal</ows:Identifier></Style>
      <Format>image/jpeg</Format>
      <TileMatrixSetLink><TileMatrixSet>PM</TileMatrixSet></TileMatrixSetLink>
      <TileMatrixSetLink><TileMatrixSet>WGS</TileMatrixSet></TileMatrixSetLink>
    </Layer>
    <TileMatrixSet><ows:Identifier>PM</ows:Identifier>
      <ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>
      <TileMatrix><ows:Identifier>0</ows:Identifier><ScaleDenominator>559082264.0287178</ScaleDenominator>
        <TopLeftCorner>-20037508.34 20037508.34</TopLeftCorner><TileWidth>256</TileWidth>
        <TileHeight>256</TileHeight><MatrixWidth>1</MatrixWidth><MatrixHeight>1</MatrixHeight></TileMatrix>
    </TileMatrixSet>
    <TileMatrixSet><ows:Identifier>WGS</ows:Identifier>
      <ows:SupportedCRS>urn:ogc:def:crs:OGC:1.3:CRS84</ows:SupportedCRS></TileMatrixSet>
  </Contents>
</Capabilities>"""

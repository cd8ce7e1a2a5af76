<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
    <context>
        <name>Dinamis</name>
        <message numerus="yes">
            <source>%n image(s) of this project wait for your sign-in.</source>
            <translation>
                <numerusform>%n image of this project waits for your sign-in.</numerusform>
                <numerusform>%n images of this project wait for your sign-in.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{names} and %n other(s)</source>
            <translation>
                <numerusform>{names} and %n other</numerusform>
                <numerusform>{names} and %n others</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s) chosen</source>
            <translation>
                <numerusform>%n scene chosen</numerusform>
                <numerusform>%n scenes chosen</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n area(s)</source>
            <translation>
                <numerusform>%n area</numerusform>
                <numerusform>%n areas</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>%n unread</numerusform>
                <numerusform>%n unread</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n project(s)</source>
            <translation>
                <numerusform>%n project</numerusform>
                <numerusform>%n projects</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n unread notification(s)</source>
            <translation>
                <numerusform>%n unread notification</numerusform>
                <numerusform>%n unread notifications</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n new notification(s)</source>
            <translation>
                <numerusform>%n new notification</numerusform>
                <numerusform>%n new notifications</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s)</source>
            <translation>
                <numerusform>%n scene</numerusform>
                <numerusform>%n scenes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s) to order: {sensor}</source>
            <translation>
                <numerusform>%n scene to order: {sensor}</numerusform>
                <numerusform>%n scenes to order: {sensor}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n request(s)</source>
            <translation>
                <numerusform>%n request</numerusform>
                <numerusform>%n requests</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n image(s)</source>
            <translation>
                <numerusform>%n image</numerusform>
                <numerusform>%n images</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>and %n more</source>
            <translation>
                <numerusform>and %n more</numerusform>
                <numerusform>and %n more</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n download(s) did not end in the last session.</source>
            <translation>
                <numerusform>%n download did not end in the last session.</numerusform>
                <numerusform>%n downloads did not end in the last session.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n done</source>
            <translation>
                <numerusform>%n done</numerusform>
                <numerusform>%n done</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{scene} (mosaic of %n image(s))</source>
            <translation>
                <numerusform>{scene} (mosaic of %n image)</numerusform>
                <numerusform>{scene} (mosaic of %n images)</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>At most %n quicklook(s) lie on the map at once.</source>
            <translation>
                <numerusform>At most %n quicklook lies on the map at once.</numerusform>
                <numerusform>At most %n quicklooks lie on the map at once.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>for the %n ticked scene(s)</source>
            <translation>
                <numerusform>for the %n ticked scene</numerusform>
                <numerusform>for the %n ticked scenes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s) ticked</source>
            <translation>
                <numerusform>%n scene ticked</numerusform>
                <numerusform>%n scenes ticked</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n quicklook(s) on the map</source>
            <translation>
                <numerusform>%n quicklook on the map</numerusform>
                <numerusform>%n quicklooks on the map</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>%n scene(s) here</source>
            <translation>
                <numerusform>%n scene here</numerusform>
                <numerusform>%n scenes here</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>See the %n scene(s)</source>
            <translation>
                <numerusform>See the %n scene</numerusform>
                <numerusform>See the %n scenes</numerusform>
            </translation>
        </message>
    </context>
</TS>
